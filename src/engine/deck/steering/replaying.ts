import type { Beats } from '../../music/units.js';
import type { DeckControls } from '../deck-controls.js';
import type { Position } from '../deck-dependencies.js';
import { sameBeat, type Knobs, type TakeLog } from '../take-log.js';
import type { Voice } from '../voice.js';
import type { Place } from './steering.js';
import { TurnedAgain } from './turned-again.js';

const none: Knobs = new Map();

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
}

/**
 * Turns the knobs of a take again where they were turned: first where it is composed, then, for all to see, where it is heard. A
 * knob that the performer turns meanwhile is his. Thread: main. Blocks: no.
 */
export class Replaying {
  private turned: TurnedAgain | undefined;
  /** Where the knobs were turned to last. */
  private heardKnobs: Knobs = none;
  /** Beats of the session minus beats of the composer. */
  private shift: Beats = 0;

  constructor(private readonly ground: ReplayingGround) {
    ground.controls.onTurn = (name) => this.turned?.take(name);
  }

  /** The voice is going to compose its take again from the opening on; `shift`: beats of the session minus beats of the composer. */
  begin(take: TakeLog, shift: Beats): void {
    // A replay that is broken off would else be all there is to replay.
    this.turned = this.turnedOf(take) ?? new TurnedAgain(take, this.ground.controls.knobs());
    this.shift = shift;
  }

  /** As far as a place is to be composed in one go, and how. */
  under({ take }: Pick<Voice, 'take'>, place: Place): Composing {
    const turned = this.turnedOf(take);
    if (!turned) return { place, knobs: none, isAnew: false };
    this.shift = place.shift;
    const beat = place.fromBeat - place.shift;
    const next = turned.nextAfter(beat) + place.shift;
    return { place: next < place.untilBeat - sameBeat ? { ...place, untilBeat: next } : place, knobs: turned.at(beat), isAnew: turned.isAnewAt(beat) };
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
    if (!turned) return;
    const heard = this.ground.position.beat() - this.shift;
    if (heard < turned.fromBeat) return;
    const knobs = turned.at(heard);
    if (knobs !== this.heardKnobs) this.ground.controls.turn(knobs);
    this.heardKnobs = knobs;
    if (heard >= turned.endBeat) this.turned = undefined;
  }

  /** Another voice, or one that was told another past, plays no take again. */
  private turnedOf(take: TakeLog | undefined): TurnedAgain | undefined {
    if (this.turned && take?.opening?.history !== this.turned.history) this.turned = undefined;
    return this.turned;
  }
}
