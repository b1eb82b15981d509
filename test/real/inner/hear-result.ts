import type { EngineEvent } from '../../../src/engine/events.js';

export type HeardNote = Extract<EngineEvent, { type: 'heard' }>['note'];

/** What came of a loop from the port out to the port in, and of somebody who played into the port in. */
export interface HearResult {
  readonly looped: {
    /** By how many beats those came too late that were taken for somebody's. */
    readonly late: readonly (number | null)[];
    readonly echoes: number;
  };
  /** Notes as they were heard, with the beats they were played at by the engine's own clock. */
  readonly phrase: readonly { readonly note: HeardNote; readonly playedBeat: number }[];
  /** Beats of the first notes that the answer to the phrase had. */
  readonly answer: readonly number[];
  /** The bar line after the phrase. */
  readonly barBeat: number;
  readonly stateWhileListening: string;
}
