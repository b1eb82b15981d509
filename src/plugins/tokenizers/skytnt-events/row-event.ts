/** The kinds of row, named as the engine names the kinds of file event. */
export const rowKinds = ['note', 'program', 'control', 'tempo', 'meter', 'key'] as const;
export type RowKind = (typeof rowKinds)[number];

/**
 * One event on the grid of the format: 16 steps to a beat.
 * `values` by kind: note [channel, pitch, velocity, duration in steps] · program [channel, program] ·
 * control [channel, controller, value] · tempo [bpm] · meter [numerator - 1, log2 of the denominator - 1] ·
 * key [sharps + 7, 1 when minor].
 */
export interface RowEvent {
  readonly kind: RowKind;
  /** Whole beats from the start of the score. */
  beat: number;
  /** 0..15 inside the beat. */
  step: number;
  track: number;
  readonly values: number[];
}

export const stepsPerBeat = 16;

/** The kinds that name a channel in `values[0]`. */
export function hasChannel(event: RowEvent): boolean {
  return event.kind === 'note' || event.kind === 'program' || event.kind === 'control';
}

/**
 * Order of rows at one time and track. v1 lacks meter and key, so one order serves both versions.
 */
const rankOfKind: Readonly<Record<RowKind, number>> = { meter: 0, key: 1, tempo: 2, program: 3, control: 4, note: 5 };

/** By beat, step, track and kind; equal ones keep their order under a stable sort. */
export function compareRowEvents(a: RowEvent, b: RowEvent): number {
  return a.beat - b.beat || a.step - b.step || a.track - b.track || rankOfKind[a.kind] - rankOfKind[b.kind];
}
