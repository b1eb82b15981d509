import type { ModelSteering } from '../../../engine/contracts/model-steering.js';
import type { PhraseTables } from './phrase-tables.js';

/** Rows of the table of controls, one of each kind, in the order in which they are told. */
export interface ControlValues {
  readonly tempo: number;
  readonly mode: number;
  readonly meter: number;
  readonly density: number;
  readonly style: number;
}

/** What the music itself says: tempo and metre in force. */
export type ToldControls = Pick<ControlValues, 'tempo' | 'meter'>;

const order = ['tempo', 'mode', 'meter', 'density', 'style'] as const satisfies readonly (keyof ControlValues)[];

/** What is in force before a stream says anything. */
export function controlsAtStart({ controls }: PhraseTables, meterAtStart: number): ToldControls {
  return { tempo: last(controls.tempo), meter: controls.meter[meterAtStart] ?? last(controls.meter) };
}

/** What is in force once an id of a head, or of a bar line, is read. */
export function toldBy(token: number, tables: PhraseTables, before: ToldControls): ToldControls {
  return { tempo: tables.tempoRow(token) ?? before.tempo, meter: tables.meterRow(token) ?? before.meter };
}

/** All controls of a bar. Where the performer wishes nothing, a control says that it is unknown. */
export function controlsFor(told: ToldControls, { density, mode, style }: ModelSteering, { controls }: PhraseTables): ControlValues {
  const levels = controls.density.length - 1;
  const level = Math.max(0, Math.min(levels - 1, Math.floor(density * levels)));
  const [major, minor, anyMode] = controls.mode;
  return {
    ...told,
    mode: { major, minor, any: anyMode }[mode],
    density: density === 0.5 ? last(controls.density) : controls.density[level],
    style: controls.styles.get(style) ?? controls.unknownStyle,
  };
}

/** What must be told before a bar: what is not as it was told last; all of it where `told` is undefined. */
export function controlsDue(wanted: ControlValues, told: ControlValues | undefined): number[] {
  return order.filter((kind) => wanted[kind] !== told?.[kind]).map((kind) => wanted[kind]);
}

function last(rows: readonly number[]): number {
  return rows[rows.length - 1];
}
