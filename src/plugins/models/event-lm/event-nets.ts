import type { UnitProgram } from '../../../engine/contracts/unit-table.js';

/** Ids of an event. */
export const rowWidth = 8;

/**
 * The two nets of a model, whatever form their graphs have: one reads events, the other spells the next one id by id.
 * Thread: the inference worker. Blocks: prepare, read, opinion and write, for as long as a net runs.
 */
export interface EventNets {
  prepare(): Promise<void>;
  /** Appends `ids.length / 8` events to the `events` that are held. */
  read(ids: BigInt64Array, events: number): Promise<void>;
  /**
   * Logits of the id after `row`, the ids of a row begun (0 to 7), behind `events` events. The first `known` positions
   * (the event before counts as one) are those of the last call. Behind no event at all the row stands alone.
   */
  opinion(row: BigInt64Array, events: number, known: number): Promise<Float32Array>;
  /** As {@link read}, and writes a row in the same run; not in every form. */
  write?(ids: BigInt64Array, events: number, program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>>;
  dispose(): Promise<void>;
}
