import type { Beats } from '../music/units.js';
import { ticksPerBeat } from './real-time-law.js';

/** What is older than this, in ticks, is worth nothing: C in the definition of ISRw. */
export const worthlessTicks = 32;
/** The figures tell of so many ticks: two minutes at 120 BPM. */
const remembered = 1024;
const missed = -1;

/** How well a deck kept time with the music, over its last ticks. Definitions: StreamMUSE. */
export interface RealTimeFigures {
  /** ISR: share of the ticks that had music when they were due; 1 before the first. */
  readonly inTime: number;
  /** Mean ticks by which what played was older than the performer's wish, over the ticks that had music. */
  readonly staleness: number;
  /** ISRw: mean of (C - staleness) / C over all ticks, a tick without music being 0. */
  readonly inTimeWeighted: number;
}

/** `depths`: of every tick by how many ticks it was stale, or below 0 where it had no music. */
export function realTimeFigures(depths: Iterable<number>): RealTimeFigures {
  let ticks = 0;
  let hits = 0;
  let stale = 0;
  let worth = 0;
  for (const depth of depths) {
    ticks += 1;
    if (depth < 0) continue;
    hits += 1;
    stale += depth;
    worth += (worthlessTicks - Math.min(depth, worthlessTicks)) / worthlessTicks;
  }
  if (ticks === 0) return { inTime: 1, staleness: 0, inTimeWeighted: 1 };
  return { inTime: hits / ticks, staleness: hits === 0 ? 0 : stale / hits, inTimeWeighted: worth / ticks };
}

/**
 * Looks at every sixteenth as it falls due: whether there was music, and whether that knew what the performer had wished for.
 * A wish made in one tick can be heard in the next; every tick that plays without it is one more that it is stale.
 * Bounded. Thread: main. Blocks: no.
 */
export class TickLedger {
  private readonly depths: number[] = [];
  private misses = 0;
  /** The first tick that is not accounted for; none while the music stands. */
  private nextTick: number | undefined;
  /** The tick of the oldest wish that was not passed on, and of the oldest that is being answered. */
  private open = Infinity;
  private asked = Infinity;
  /** Answers that begin only later. */
  private answers: { readonly tick: number; readonly fromBeat: Beats }[] = [];

  /** Over the last 1,024 ticks. */
  get figures(): RealTimeFigures {
    return realTimeFigures(this.depths);
  }

  /** Ticks without music, all told. */
  get missedTicks(): number {
    return this.misses;
  }

  /** The performer has changed something at `beat`. */
  wished(beat: Beats): void {
    this.open = Math.min(this.open, Math.ceil(beat * ticksPerBeat));
  }

  /** The composer is told of everything wished so far. */
  passedOn(): void {
    this.asked = Math.min(this.asked, this.open);
    this.open = Infinity;
  }

  /** What plays from `fromBeat` on knows what had been passed on. */
  answered(fromBeat: Beats): void {
    this.answers = this.answers.map((answer) => (answer.fromBeat > fromBeat ? { ...answer, fromBeat } : answer));
    if (this.asked < Infinity) this.answers.push({ tick: this.asked, fromBeat });
    this.asked = Infinity;
  }

  /** Accounts for the ticks up to `beat`, inclusive. */
  settle(beat: Beats, hasMusicAt: (beat: Beats) => boolean): void {
    const last = Math.floor(beat * ticksPerBeat);
    // A host that ran on while nobody looked counts for no more than is remembered.
    const first = Math.max(this.nextTick ?? last + 1, last - remembered + 1);
    for (let tick = first; tick <= last; tick += 1) {
      const depth = hasMusicAt(tick / ticksPerBeat) ? this.depthAt(tick) : missed;
      if (depth === missed) this.misses += 1;
      this.depths.push(depth);
    }
    if (this.depths.length > remembered) this.depths.splice(0, this.depths.length - remembered);
    this.answers = this.answers.filter((answer) => answer.fromBeat * ticksPerBeat > last + 1);
    this.nextTick = Math.max(this.nextTick ?? last + 1, last + 1);
  }

  /** The music begins at `beat`, or jumped there: what was wished for is for what comes. */
  goTo(beat: Beats): void {
    this.nextTick = Math.ceil(beat * ticksPerBeat);
    this.open = this.asked = Infinity;
    this.answers = [];
  }

  /** The music stands: nothing falls due. */
  rest(): void {
    this.nextTick = undefined;
  }

  private depthAt(tick: number): number {
    const waiting = this.answers.filter((answer) => tick / ticksPerBeat < answer.fromBeat).map((answer) => answer.tick);
    return Math.max(0, tick - Math.min(this.open, this.asked, ...waiting));
  }
}
