import type { Beats } from '../music/units.js';

/** A kept state that a model is to go on with. */
export interface Recall {
  /** 1.., rising. */
  readonly number: number;
  /** It is told at the first time at or after this at which the model decides. */
  readonly fromBeat: Beats;
  readonly state: Float32Array;
  /** 0..1: how far from the model's own memory to the state. */
  readonly amount: number;
}

/** More are not needed: nobody takes back so much. */
const remembered = 16;

/** The states that were recalled, so that music which is taken back and composed again recalls them again. */
export class Recalls {
  private list: readonly Recall[] = [];
  private count = 0;

  /** One that was to come later is replaced. */
  add(fromBeat: Beats, state: Float32Array, amount: number): void {
    this.count += 1;
    const earlier = this.list.filter((recall) => recall.fromBeat < fromBeat).slice(1 - remembered);
    this.list = [...earlier, { number: this.count, fromBeat, state, amount }];
  }

  clear(): void {
    this.list = [];
  }

  /** What a model that has been told up to number `recalled` is to be told now that it is at `beat`. */
  due(beat: Beats, recalled: number): Recall | undefined {
    return this.list.findLast((recall) => recall.fromBeat <= beat && recall.number > recalled);
  }

  /** The number of the last that lies before `beat`; 0 where there is none. */
  lastBefore(beat: Beats): number {
    return this.list.findLast((recall) => recall.fromBeat < beat)?.number ?? 0;
  }
}
