import { compareRowEvents, type RowEvent, type RowKind } from './row-event.js';
import type { Version } from './vocabulary.js';

/** How a score begins: these events, then all from an index on. */
export interface Beginning {
  readonly setup: readonly RowEvent[];
  readonly rest: number;
}

/**
 * Draws what is set before the first note together at time 0, the last value of each thing winning. Meters keep their
 * time. A chord that begins the score belongs to the setup; the rest of the score follows unchanged. A score without
 * notes stays as it is.
 */
export function gatherSetup(count: number, eventAt: (index: number) => RowEvent, version: Version): Beginning {
  const setup = new Map<string, RowEvent>();
  let noteInSetup = false;
  for (let index = 0; index < count; index += 1) {
    const event = eventAt(index);
    const togetherWithNext = index + 1 < count && timeSum(event) === timeSum(eventAt(index + 1));
    const togetherWithPrevious = noteInSetup && timeSum(event) === timeSum(eventAt(index - 1));
    if ((event.kind === 'note' && !togetherWithNext) || (noteInSetup && !togetherWithPrevious)) {
      return { setup: [...setup.values()].sort(compareRowEvents), rest: index };
    }
    const keepsTime = event.kind === 'note' || event.kind === 'meter';
    setup.set(settingOf(event, version), {
      ...event,
      beat: keepsTime ? event.beat : 0,
      step: keepsTime ? event.step : 0,
      values: [...event.values],
    });
    if (event.kind === 'note') noteInSetup = true;
  }
  return { setup: [], rest: 0 };
}

/**
 * The reference compares beat + step where beat * 16 + step is meant, so beat 1 step 0 passes for beat 0 step 1.
 * Its models were trained on that.
 */
function timeSum(event: RowEvent): number {
  return event.beat + event.step;
}

const namingValues: Readonly<Record<RowKind, readonly number[]>> = {
  note: [0, 1],
  program: [0],
  control: [0, 1],
  tempo: [],
  meter: [],
  key: [],
};
/** v1 names a note by duration and channel: of chord notes equally long, the last alone survives the setup. */
const namingValuesOfNoteV1 = [3, 0];

function settingOf({ kind, track, values }: RowEvent, version: Version): string {
  const naming = version === 'v1' && kind === 'note' ? namingValuesOfNoteV1 : namingValues[kind];
  return [kind, track, ...naming.map((index) => values[index])].join();
}
