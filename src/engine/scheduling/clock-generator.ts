import type { WireEventKind } from '../contracts/output.js';
import type { Beats } from '../music/units.js';

const ticksPerBeat = 24;
const ticksPerSixteenth = 6;
/** A position that is moved by more than this has jumped; less is a settling clock, and is caught up or waited for. */
const jumpTicks = 6;
/**
 * A thread that has overslept by no more than this sends all ticks it missed: followers count right, and what starts from
 * the top starts by a start. At 999 BPM these are 120 ms, so whatever onset may still leave has its clock before it.
 */
const catchUpTicks = 48;
/** Song positions have 14 bits; later ones start again at 0. */
const songPositions = 16_384;
/** Doubles of beats are off by less than this share of a tick. */
const tickTolerance = 1e-6;

/** Where the generator puts what it makes; `data1` is the song position of `position`, else 0. */
export type ClockEmitter = (kind: WireEventKind, beat: Beats, data1: number) => void;

/**
 * Makes 24-ppqn clock out of beats: a tick on every 24th of a beat, also while stopped, so that followers know the tempo;
 * song position, start, continue and stop so that the first tick after start or continue is the downbeat named before it.
 *
 * Start and continue go out right behind the last tick before their downbeat. A song position is a whole sixteenth:
 * playing from between two of them is announced as the next one. A position that jumps while it plays is told by stop,
 * song position and continue. Beats before 0 have no song position: followers start when beat 0 comes.
 *
 * Where the music is, is told as two beats: the present one, and the oldest whose onset may still leave. Followers of a thread
 * that is far behind join before that one, so that no note leaves before the clock of its beat.
 *
 * Pure but for the emitter. Thread: send. Blocks: no. Allocates: no.
 */
export class ClockGenerator {
  private nextTick: number;
  private downbeatTick = 0;
  private waitingToRun = false;
  private running = false;

  constructor(
    private readonly emit: ClockEmitter,
    beat: Beats,
  ) {
    this.nextTick = tickAtOrAfter(beat);
  }

  /** Beat of the next tick. */
  get nextBeat(): Beats {
    return this.nextTick / ticksPerBeat;
  }

  /** Sends the next tick. */
  tick(): void {
    this.emit('clock', this.nextBeat, 0);
    this.nextTick += 1;
    this.runWhenDue();
  }

  /**
   * Compares the next tick with the position; call it before ticking. A jump that is not announced by others, by a start
   * or a locate that is on its way, is told to followers that run.
   * @param moved whether the music was moved since it was compared last; where not, the thread is late, or an output that is
   * told early was told of ticks that a slower tempo has put off
   */
  follow(beat: Beats, oldestBeat: Beats, moved: boolean, announce: boolean): void {
    const expected = tickAtOrAfter(beat);
    const behind = expected - this.nextTick;
    if (moved ? Math.abs(behind) <= jumpTicks : behind <= catchUpTicks) return;
    this.nextTick = expected;
    if (announce && (this.running || this.waitingToRun)) this.run(moved ? sixteenthAtOrAfter(beat) : sixteenthAtOrBefore(oldestBeat), beat);
  }

  /** Followers run from `beat` on; `positionBeat` is where the music is now: at `beat`, or near it. */
  start(beat: Beats, positionBeat: Beats, oldestBeat: Beats): void {
    this.nextTick = tickAtOrAfter(positionBeat);
    const sixteenth = sixteenthAtOrAfter(beat);
    const isFarBehind = this.nextTick - sixteenth * ticksPerSixteenth > catchUpTicks;
    this.run(isFarBehind ? sixteenthAtOrBefore(oldestBeat) : sixteenth, beat);
  }

  stop(beat: Beats): void {
    this.waitingToRun = false;
    if (!this.running) return;
    this.running = false;
    this.emit('stop', beat, 0);
  }

  /** The music goes to `beat` and, if it was running, on from there. */
  locate(beat: Beats, positionBeat: Beats, oldestBeat: Beats): void {
    if (this.running || this.waitingToRun) this.start(beat, positionBeat, oldestBeat);
    else this.tellPosition(sixteenthAtOrAfter(beat));
  }

  private run(sixteenth: number, stopBeat: Beats): void {
    this.stop(stopBeat);
    this.downbeatTick = sixteenth * ticksPerSixteenth;
    this.nextTick = Math.min(this.nextTick, this.downbeatTick);
    if (sixteenth > 0) this.tellPosition(sixteenth);
    this.waitingToRun = true;
    this.runWhenDue();
  }

  private runWhenDue(): void {
    if (!this.waitingToRun || this.nextTick < this.downbeatTick) return;
    this.waitingToRun = false;
    this.running = true;
    this.emit(this.downbeatTick === 0 ? 'start' : 'continue', this.downbeatTick / ticksPerBeat, 0);
  }

  private tellPosition(sixteenth: number): void {
    this.emit('position', sixteenth / 4, sixteenth % songPositions);
  }
}

function tickAtOrAfter(beat: Beats): number {
  return Math.ceil(beat * ticksPerBeat - tickTolerance) + 0;
}

function sixteenthAtOrAfter(beat: Beats): number {
  return Math.max(0, Math.ceil(beat * 4 - tickTolerance));
}

function sixteenthAtOrBefore(beat: Beats): number {
  return Math.max(0, Math.floor(beat * 4 + tickTolerance));
}
