import type { Beats, Micros } from '../music/units.js';

/** Everything the main thread asks of the queue, in the order of their numbers on the ring. */
export const commandKinds = [
  'note',
  'program',
  'control',
  'flush',
  'silence',
  'panic',
  'route',
  'offset',
  'start',
  'continue',
  'stop',
  'locate',
  'limit',
] as const;
export type CommandKind = (typeof commandKinds)[number];

/** One command. The caller's object is reused. */
export interface Command {
  kind: CommandKind;
  /** 0..255 */
  owner: number;
  channel: number;
  /** Pitch, program, controller; number of the lane for `offset`; the most notes at once for `limit`. */
  data1: number;
  data2: number;
  noteId: number;
  beat: Beats;
  /** Beats a note lasts; bits of the lanes for `route`; microseconds for `offset` and of a note for `limit`; the time of a transport change. */
  amount: number;
  /** When it was queued, of music; by the clock that all threads share. */
  queuedMicros: Micros;
}

export function emptyCommand(): Command {
  return { kind: 'panic', owner: 0, channel: 0, data1: 0, data2: 0, noteId: 0, beat: 0, amount: 0, queuedMicros: 0 };
}

export const maximumOwner = 255;
/** Outputs at a time: bits of a routing mask. */
export const maximumLanes = 32;
