import { stepsPerBeat } from './row-event.js';
import type { EventShape } from './vocabulary.js';

/** Where a stream stands: an immutable value of a few numbers. */
export interface SkytntState {
  /** Column of the row that the next id fills, 0..7. */
  readonly column: number;
  /** The event of the unfinished row; `undefined` at column 0 and in BOS and EOS rows. */
  readonly shape: EventShape | undefined;
  /** 0..15: where in its beat the stream is. */
  readonly step: number;
  /** Steps from the last note onset (or the start) to where the stream is. */
  readonly restSteps: number;
  /** Rows finished where the stream is. */
  readonly rowsHere: number;
  /** time1 of the unfinished row. */
  readonly time1: number;
  /** time2 of the unfinished row. */
  readonly time2: number;
  /** Channel of the unfinished row, -1 before it is said. */
  readonly channel: number;
}

const rowStart = { column: 0, shape: undefined, time1: 0, time2: 0, channel: -1 } as const;
/** At the start of a stream, after BOS. */
export const initialState: SkytntState = { ...rowStart, step: 0, restSteps: 0, rowsHere: 0 };

/** The state once the last column of a row is filled. */
export function afterRow({ shape, step, time1, time2, restSteps, rowsHere }: SkytntState): SkytntState {
  if (shape === undefined) return { ...rowStart, step, restSteps, rowsHere };
  const moved = Math.max(0, time1 * stepsPerBeat + time2 - step);
  return {
    ...rowStart,
    step: time1 === 0 ? Math.max(step, time2) : time2,
    restSteps: shape.kind === 'note' ? 0 : restSteps + moved,
    rowsHere: moved === 0 ? rowsHere + 1 : 1,
  };
}
