import { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import { nextBoundary, samePlaceInBar } from './boundary.js';
import type { DeckControls } from './deck-controls.js';
import type { MusicAhead } from './music-ahead.js';
import type { Plan } from './plan.js';
import { movePremise } from './premise.js';
import type { Steering } from './steering/steering.js';
import type { Opening } from './take-log.js';
import type { Voice } from './voice.js';

const mostBars = 64;

/** What rewinding may see and do of its deck. */
export interface RewindingGround {
  readonly deck: number;
  readonly plan: Plan;
  readonly controls: Pick<DeckControls, 'frameFor'>;
  readonly steering: Pick<Steering, 'replaying' | 'jumpedBy'>;
  settings(): { readonly beatsPerBar: number };
  voice(): Voice | undefined;
  /** Whether the deck says nothing by itself now. */
  isSilent(): boolean;
  /** The first beat of which a voice that is asked now can still decide. */
  freeFrom(): Beats;
  /** Has something done as soon as the voice is idle. */
  errand(run: (voice: Voice) => Promise<void>): Promise<void>;
  readonly ahead: Pick<MusicAhead, 'writtenUntil' | 'beginAnewAt'>;
  /** What is written before a beat stands, and from there on it is written anew. */
  asks(atBeat: Beats): void;
  compose(voice: Voice, untilBeat: Beats): Promise<void>;
  /** Beats of the session minus beats of the voice from now on. */
  shiftBy(by: Beats): void;
}

/** Lets a deck's music go on from an earlier place, or from the beginning of its take. Thread: main. Blocks: no. Errors: `badValue`. */
export class Rewinding {
  constructor(private readonly ground: RewindingGround) {}

  /** From the next bar that is free, the music goes on as from `bars` before it: what was played since is forgotten. */
  async back(bars: number): Promise<void> {
    const { ground } = this;
    if (!(Number.isInteger(bars) && bars >= 1 && bars <= mostBars)) throw wrong(`The music can go back by 1 to ${mostBars} whole bars, not by ${bars}.`);
    this.playing();
    await ground.errand(async (voice) => {
      const { beatsPerBar } = ground.settings();
      const atBeat = nextBoundary(ground.freeFrom(), 'bar', beatsPerBar);
      const by = bars * beatsPerBar;
      const { notes } = ground.plan.history(atBeat - by);
      if (notes.length === 0) throw wrong(`Deck ${ground.deck} remembers nothing of the time before bar ${(atBeat - by) / beatsPerBar + 1}: go back by fewer bars, or replay the take.`);
      await this.goOn(voice, atBeat, (beat) => {
        ground.plan.suppose(movePremise({ score: ground.plan.history(beat - by), own: ground.plan.own(beat - by), untilBeat: beat - by }, by));
        return { history: ground.plan.history(beat, ground.controls.frameFor(voice)), atBeat: beat };
      });
    });
  }

  /**
   * Plays the take again from where the pack last began to write, at the next place that stands so in its bar: the same notes,
   * where tempo and bars are as they were throughout. Knobs are turned as they were.
   */
  async replay(): Promise<void> {
    const { ground } = this;
    this.playing();
    await ground.errand(async (voice) => {
      const { take } = voice;
      const opening = take?.opening;
      if (!take || !opening) throw wrong(`Deck ${ground.deck} does not know how its take began: load the pack again.`);
      const atBeat = samePlaceInBar(ground.freeFrom(), opening.atBeat, ground.settings().beatsPerBar);
      await this.goOn(voice, atBeat, () => opening, (shift) => ground.steering.replaying.begin(opening, take, shift));
    });
  }

  /** The music up to `atBeat` stands; there it goes on as it does from an opening. */
  private async goOn(voice: Voice, atBeat: Beats, from: (beat: Beats) => Opening, begins: (shift: Beats) => void = () => undefined): Promise<void> {
    const { ground } = this;
    const before = ground.steering.jumpedBy;
    // The host may jump, and another pack come, while the voice thinks.
    const line = (): Beats => atBeat + ground.steering.jumpedBy - before;
    const left = (): Beats => line() - ground.ahead.writtenUntil;
    ground.asks(atBeat);
    // A deck that replays composes in pieces: from one thing that was done to the next.
    for (let wasAsked = true; left() > 0; ) {
      const lastLeft = left();
      await ground.compose(voice, line());
      if (ground.voice() !== voice) throw wrong(`Deck ${ground.deck} is played by another pack by now, or by none: ask again.`);
      this.playing();
      const isStopped = left() >= lastLeft;
      if (isStopped && wasAsked) throw wrong(`Deck ${ground.deck} comes no further now: ask again.`);
      // What was wished for meanwhile stops it, and is heard from the line on; up to there it goes on as an answer does.
      if (isStopped) ground.asks(ground.ahead.writtenUntil);
      wasAsked = isStopped;
    }
    const beat = line();
    ground.asks(beat);
    ground.ahead.beginAnewAt(beat);
    const opening = from(beat);
    ground.shiftBy(beat - opening.atBeat);
    begins(beat - opening.atBeat);
    await voice.composer.prime(opening.history, opening.atBeat);
  }

  private playing(): void {
    const { deck } = this.ground;
    const voice = this.ground.voice();
    if (!voice) throw wrong(`Deck ${deck} plays no pack: load one first.`);
    if (this.ground.isSilent()) throw wrong(`Deck ${deck} plays nothing by itself now: set deck/${deck}/play-mode to continue, or let it answer first.`);
    if (voice.loopBars !== undefined) throw wrong(`Deck ${deck} is frozen: thaw it first.`);
  }
}

function wrong(sentence: string): ContinuoError {
  return new ContinuoError('badValue', sentence);
}
