import type { ComposeControls, ComposedSpan } from '../../contracts/composer.js';
import { sameBeat, type Beats } from '../../music/units.js';
import type { DeckControls } from '../deck-controls.js';
import type { Position } from '../deck-dependencies.js';
import { moveSpan } from '../move-span.js';
import type { Forced, Knobs, Opening, TakeLog, Turning } from '../take-log.js';
import type { Voice } from '../voice.js';
import type { Place } from './steering.js';
import { TurnedAgain } from './turned-again.js';

const none: Knobs = new Map();
const nothingForced: Forced = { passages: [], sections: undefined, shift: 0 };

/** How a place is to be composed. */
export interface Composing {
  readonly place: Place;
  /** Knobs that stand otherwise there than they do now. */
  readonly knobs: Knobs;
  /** What has been composed from there on is taken back first. */
  readonly isAnew: boolean;
}

/** What replaying may see and do of its deck. */
export interface ReplayingGround {
  readonly position: Pick<Position, 'beat'>;
  readonly controls: Pick<DeckControls, 'knobs' | 'turn' | 'onTurn'>;
  voice(): Pick<Voice, 'take'> | undefined;
  /** Forces and plans this, moved by some beats, in the place of all that is forced and planned now. */
  force(forced: Forced, by: Beats): void;
  /** What is forced and planned now. */
  forced(shift: Beats): Forced;
}

/**
 * Does again what was done in a take: where it is composed the composer is asked under the very same, told the same past and given
 * the same states, and what it writes is played as it was played then. Knobs are turned, for all to see, where that is heard. Once a
 * hand does something that changes the music it goes its own way; knobs that the hand lets be are turned still. Thread: main.
 * Blocks: no.
 */
export class Replaying {
  private turned: TurnedAgain | undefined;
  /** Where the knobs were turned to last. */
  private heardKnobs: Knobs = none;
  /** What is forced by the take now. */
  private forced: Forced = nothingForced;
  /** Beats of the session minus beats of the composer. */
  private shift: Beats = 0;
  private isOver = false;

  constructor(private readonly ground: ReplayingGround) {
    ground.controls.onTurn = (name) => this.turned?.take(name);
  }

  /** The voice is going to compose its take again from the opening on; `shift`: beats of the session minus beats of the composer. */
  begin(opening: Opening, take: TakeLog, shift: Beats): void {
    const turned = this.turnedOf(take);
    // A replay that is broken off would else be all there is to replay.
    this.turned = turned?.isBeyond(take.playedUntil) ? turned : new TurnedAgain(opening, take, this.ground.controls.knobs());
    this.shift = shift;
    this.isOver = false;
    this.forced = nothingForced;
    this.ground.force(nothingForced, 0);
  }

  /** The music goes its own way from now on: something was done that changes it. */
  leave(): void {
    this.turned?.leave();
  }

  /** The voice is going to hear its past anew and goes on; `shift`: beats of the session minus beats of the composer. */
  hearsAgain({ take }: Pick<Voice, 'take'>, shift: Beats): void {
    this.leave();
    // Where the host has jumped beats of the composer are others from there on: that is another take.
    if (shift === 0) take?.hearsAgain();
  }

  /** Composes a place of the take once more, as far as that goes in one go; `undefined` where none is replayed there. */
  async compose({ composer, take }: Voice, asked: Place, stopped: () => boolean): Promise<ComposedSpan | undefined> {
    const turned = this.turnedOf(take);
    const beat = asked.fromBeat - asked.shift;
    if (!take || !turned?.isPlayedAt(beat)) return undefined;
    this.shift = asked.shift;
    const untilBeat = Math.min(asked.untilBeat - asked.shift, turned.nextAfter(beat), turned.playedUntil);
    const { turning, isHere } = turned.turningAt(beat);
    if (!turning) return undefined;
    const { told, forced, isAnew } = turning;
    if (isHere && told) {
      take.hearsAgain();
      await composer.prime(told.history, told.atBeat);
    } else if (isHere && isAnew) {
      await composer.rewind(beat);
    }
    for (const { state, amount } of turned.recalledAt(beat)) await composer.recallState?.(state, amount);
    this.force(forced);
    take.under({ knobs: this.ground.controls.knobs(turned.at(beat)), forced: this.ground.forced(asked.shift) });
    const span = await composer.compose(untilBeat, controlsFrom(turning, beat), stopped);
    return moveSpan({ ...span, ...turned.music.between(span.fromBeat, span.untilBeat) }, asked.shift);
  }

  /** As far as a place is to be composed in one go, and how, where the music goes its own way. */
  under({ take }: Pick<Voice, 'take'>, place: Place): Composing {
    const turned = this.turnedOf(take);
    if (!turned) return { place, knobs: none, isAnew: false };
    this.shift = place.shift;
    const beat = place.fromBeat - place.shift;
    const next = turned.nextAfter(beat) + place.shift;
    const { turning, isHere } = turned.turningAt(beat);
    return {
      place: next < place.untilBeat - sameBeat ? { ...place, untilBeat: next } : place,
      knobs: turned.at(beat),
      isAnew: isHere && turning?.isAnew === true,
    };
  }

  /** Knobs that stand otherwise than they do now where a beat of the session is composed. */
  knobsAt(beat: Beats): Knobs {
    return this.turnedOf(this.ground.voice()?.take)?.at(beat - this.shift) ?? none;
  }

  /** The host jumped, and the music moved. */
  moved(by: Beats): void {
    this.shift += by;
  }

  /** Turns what is heard by now. Call it often. */
  look(): void {
    const turned = this.turnedOf(this.ground.voice()?.take);
    if (!turned || this.isOver) return;
    const heard = this.ground.position.beat() - this.shift;
    if (heard < turned.opening.atBeat) return;
    const knobs = turned.at(heard);
    if (knobs !== this.heardKnobs) this.ground.controls.turn(knobs);
    this.heardKnobs = knobs;
    this.isOver = heard >= turned.endBeat;
  }

  /** Forces what a take did, where the music is now. */
  private force(forced: Forced): void {
    if (forced !== this.forced) this.ground.force(forced, this.shift - forced.shift);
    this.forced = forced;
  }

  /** Another voice, or one that was told another past, plays no take again. */
  private turnedOf(take: TakeLog | undefined): TurnedAgain | undefined {
    if (this.turned && take?.opening?.history !== this.turned.opening.history) this.turned = undefined;
    return this.turned;
  }
}

function controlsFrom({ controls, forcedNotes }: Turning, beat: Beats): ComposeControls {
  return forcedNotes ? { ...controls, constraint: { ...controls.constraint, forcedNotes: forcedNotes.filter((note) => note.beat >= beat) } } : controls;
}
