import { drumChannel } from '../../../engine/music/note.js';
import { stepsPerBeat } from './row-event.js';
import type { EventShape, ParameterName } from './vocabulary.js';

/** Where a stream stands: an immutable value. States of one row share what the rows before left behind. */
export interface SkytntState {
  /** Column of the row that the next id fills, 0..7. */
  readonly column: number;
  /** The event of the unfinished row; `undefined` at column 0 and in BOS and EOS rows. */
  readonly shape: EventShape | undefined;
  readonly row: RowSoFar;
  readonly past: Past;
}

/** What the unfinished row has said; -1 where it has not. */
export interface RowSoFar {
  readonly time1: number;
  readonly time2: number;
  readonly track: number;
  readonly channel: number;
  readonly pitch: number;
  readonly duration: number;
  readonly bpm: number;
}

/** What the finished rows leave behind. Steps count from the beginning of the stream. */
export interface Past {
  /** Step of the last row. */
  readonly position: number;
  /** Steps from the last note onset (or the start) to {@link position}. */
  readonly restSteps: number;
  /** Rows finished at {@link position}. */
  readonly rowsHere: number;
  /** {@link noteKey} of every note begun at {@link position}. */
  readonly notesHere: readonly number[];
  /** Notes begun in the beat of {@link position}; one that is struck again at the same time is the same. */
  readonly onsetsInBeat: number;
  /** Steps at which the sounding notes end, drums left out: the latest first, {@link countedVoices} at most. */
  readonly ends: readonly number[];
  /** Tempo of the last tempo row, 0 before it. */
  readonly bpm: number;
  /** The channel last named on each track, -1 for none. */
  readonly channelOfTrack: Int8Array;
  /** Whether a row has named the drum channel. */
  readonly hasDrums: boolean;
}

/** More sounding notes are not told apart. */
export const countedVoices = 64;

const emptyRow: RowSoFar = { time1: -1, time2: -1, track: -1, channel: -1, pitch: -1, duration: -1, bpm: -1 };
const recorded: ReadonlySet<ParameterName> = new Set(Object.keys(emptyRow) as (keyof RowSoFar)[]);

/** At the start of a stream, after BOS. */
export const initialState: SkytntState = {
  column: 0,
  shape: undefined,
  row: emptyRow,
  past: {
    position: 0,
    restSteps: 0,
    rowsHere: 0,
    notesHere: [],
    onsetsInBeat: 0,
    ends: [],
    bpm: 0,
    channelOfTrack: new Int8Array(128).fill(-1),
    hasDrums: false,
  },
};

/** One number for a channel and a pitch. */
export function noteKey(channel: number, pitch: number): number {
  return channel * 128 + pitch;
}

/** First step of the beat that a step is in. */
export function beatStart(step: number): number {
  return step - (step % stepsPerBeat);
}

/** When the unfinished row happens, once it has said its time. */
export function onsetOf({ row, past: { position } }: SkytntState): number {
  return Math.max(position, beatStart(position) + row.time1 * stepsPerBeat + row.time2);
}

/** The unfinished row after one more parameter. */
export function withParameter(row: RowSoFar, name: ParameterName, value: number): RowSoFar {
  return recorded.has(name) ? { ...row, [name]: value } : row;
}

/** The state once the last column of a row is filled. */
export function afterRow(state: SkytntState): SkytntState {
  const { shape, past } = state;
  return { column: 0, shape: undefined, row: emptyRow, past: shape === undefined ? past : pastAfter(state, shape) };
}

function pastAfter(state: SkytntState, { kind }: EventShape): Past {
  const { row, past } = state;
  const position = onsetOf(state);
  const moved = position - past.position;
  const isNote = kind === 'note';
  const onsetsBefore = beatStart(position) === beatStart(past.position) ? past.onsetsInBeat : 0;
  const keysHere = moved === 0 ? past.notesHere : [];
  const key = isNote ? noteKey(row.channel, row.pitch) : -1;
  return {
    position,
    restSteps: isNote ? 0 : past.restSteps + moved,
    rowsHere: moved === 0 ? past.rowsHere + 1 : 1,
    notesHere: isNote ? [...keysHere, key] : keysHere,
    onsetsInBeat: onsetsBefore + (isNote && !keysHere.includes(key) ? 1 : 0),
    ends: endsAfter(past.ends, position, isNote && row.channel !== drumChannel ? position + row.duration : position),
    bpm: kind === 'tempo' ? row.bpm : past.bpm,
    channelOfTrack: channelsAfter(past.channelOfTrack, row),
    hasDrums: past.hasDrums || row.channel === drumChannel,
  };
}

/** @param added the end of a note that begins now; one that ends now is none. */
function endsAfter(ends: readonly number[], position: number, added: number): readonly number[] {
  if (added <= position && (ends.length === 0 || ends[ends.length - 1] > position)) return ends;
  const later = ends.filter((end) => end > position);
  if (added > position) {
    const place = later.findIndex((end) => end < added);
    later.splice(place < 0 ? later.length : place, 0, added);
  }
  return later.slice(0, countedVoices);
}

function channelsAfter(known: Int8Array, { track, channel }: RowSoFar): Int8Array {
  if (channel < 0 || known[track] === channel) return known;
  const changed = known.slice();
  changed[track] = channel;
  return changed;
}
