import { drumChannel } from '../../../engine/music/note.js';
import { noSharps } from './remap.js';
import { rootOfSharps, sharpsOfKey } from './key-signature.js';
import { hasChannel, type RowEvent } from './row-event.js';
import { readRow, RowWriter } from './rows.js';
import { rowWidth, type SkytntVocabulary } from './vocabulary.js';

/** How far one copy of a piece is moved. */
export interface Shifts {
  /** Semitones; drums stay. */
  readonly pitch: number;
  readonly velocity: number;
  /** Added to the values of modulation, breath, volume and expression. */
  readonly control: number;
  readonly bpm: number;
  readonly track: number;
  /** Drums stay on their channel, and what lands on it moves on. */
  readonly channel: number;
}

/** Modulation, breath, volume, expression. */
const shiftedControllers = [1, 2, 7, 11];

/** Shifts of the size the reference trains with. @param random gives numbers in [0, 1). */
export function drawShifts(random: () => number): Shifts {
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return {
    pitch: between(-4, 4),
    velocity: between(-10, 10),
    control: between(-10, 10),
    bpm: between(-10, 10),
    track: between(0, 0),
    channel: between(0, 16),
  };
}

/** The rows of a piece, moved; the rows as they are when a pitch would leave 0..127. */
export function augmentRows(ids: Int32Array, vocabulary: SkytntVocabulary, shifts: Shifts): Int32Array {
  const rows: (RowEvent | Int32Array)[] = [];
  const channelsOfTrack = new Map<number, Set<number>>();
  for (let at = 0; at < ids.length; at += rowWidth) {
    const event = readRow(ids, at, vocabulary);
    if (event?.kind === 'note') {
      const [channel] = event.values;
      channelsOfTrack.set(event.track, (channelsOfTrack.get(event.track) ?? new Set()).add(channel));
    }
    if (event !== undefined && !shiftEvent(event, vocabulary, shifts)) return ids;
    rows.push(event ?? ids.subarray(at, at + rowWidth));
  }
  const result = new RowWriter(vocabulary, rows.length);
  for (const row of rows) {
    if (row instanceof Int32Array) {
      result.appendIds(row);
      continue;
    }
    // The reference looks up the moved track number among the tracks before the move.
    const channels = row.kind === 'key' ? channelsOfTrack.get(row.track) : undefined;
    if (channels?.size === 1 && channels.has(drumChannel)) row.values[0] = noSharps;
    result.append(row, row.beat);
  }
  return result.finish();
}

/** Moves an event in place; false when its pitch would leave the range. */
function shiftEvent(event: RowEvent, vocabulary: SkytntVocabulary, shifts: Shifts): boolean {
  const { kind, values } = event;
  const isDrum = hasChannel(event) && values[0] === drumChannel;
  event.track = (event.track + shifts.track) % vocabulary.block('track').size;
  if (hasChannel(event)) values[0] = shiftChannel(values[0], shifts.channel);
  if (kind === 'note') {
    if (!isDrum) values[1] += shifts.pitch;
    if (values[1] < 0 || values[1] > 127) return false;
    values[2] = clamp(values[2] + shifts.velocity, 1, 127);
  } else if (kind === 'control' && shiftedControllers.includes(values[1])) {
    values[2] = clamp(values[2] + shifts.control, 1, 127);
  } else if (kind === 'tempo') {
    values[0] = clamp(values[0] + shifts.bpm, 1, vocabulary.maximumBpm);
  } else if (kind === 'key') {
    const root = rootOfSharps(values[0] - noSharps);
    values[0] = sharpsOfKey((((root + shifts.pitch) % 12) + 12) % 12, values[1] === 1) + noSharps;
  }
  return true;
}

function shiftChannel(channel: number, by: number): number {
  if (channel === drumChannel) return drumChannel;
  const moved = (channel + by) % 16;
  return moved === drumChannel ? (drumChannel + by) % 16 : moved;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
