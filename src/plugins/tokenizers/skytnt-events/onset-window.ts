import { drumChannel } from '../../../engine/music/note.js';
import { beatStart, onsetOf, type Past, type SkytntState } from './grammar-state.js';
import { drumsMayPlay, type GridConstraint } from './grid-constraint.js';
import { stepsPerBeat } from './row-event.js';

/** More rows than this at one time are taken for a model that is stuck. */
const maximumRowsAtOneTime = 128;
/** The furthest a row reaches from the beat that the stream is in. */
const furthest = 127 * stepsPerBeat + stepsPerBeat - 1;

/** Steps at which a row may happen: `earliest` .. `latest` (none when that is empty), and `also`, later than these. */
export interface OnsetWindow {
  readonly earliest: number;
  readonly latest: number;
  /** -1 for none. */
  readonly also: number;
}

/**
 * When the next note may begin. What asks for a note to come (the longest rest, the fewest onsets) gives way to what asks
 * for it to wait (the need to move on, the most onsets, polyphony); a forced note comes when it must.
 */
export function windowOfNote(past: Past, grid: GridConstraint): OnsetWindow {
  const { position } = past;
  const { forced, mostOnsets } = grid;
  const nextBeat = beatStart(position) + stepsPerBeat;
  const end = beatStart(position) + furthest;
  const next = forced.nextAfter(past);
  const melodicOnly = !drumsMayPlay(grid, past.hasDrums);
  let earliest = past.rowsHere >= maximumRowsAtOneTime ? position + 1 : position;
  if (past.onsetsInBeat + forced.countBefore(next, nextBeat) >= mostOnsets) earliest = Math.max(earliest, nextBeat);
  if (melodicOnly) earliest = Math.max(earliest, voiceFreeFrom(past.ends, grid.polyphony));
  earliest = Math.min(earliest, end);
  const wanted = Math.min(end, Math.max(earliest, deadline(past, grid)));
  const note = forced.at(next);
  if (note === undefined) return { earliest, latest: wanted, also: -1 };
  let latest = Math.min(wanted, note.step - 1);
  if (melodicOnly) latest = Math.min(latest, forced.roomUntil(next, past.ends, grid.polyphony) - grid.durations.low);
  const itsBeat = beatStart(note.step);
  if (forced.countBefore(next, itsBeat + stepsPerBeat) >= mostOnsets) latest = Math.min(latest, itsBeat - 1);
  const mayBeNext = note.step <= end && (note.step <= wanted || latest < earliest);
  return mayBeNext ? { earliest, latest, also: note.step } : { earliest, latest: Math.max(earliest, latest), also: -1 };
}

/** When the next row that is no note may happen. */
export function windowOfMark(past: Past, grid: GridConstraint): OnsetWindow {
  const { position } = past;
  const earliest = past.rowsHere >= maximumRowsAtOneTime ? position + 1 : position;
  const latest = Math.min(beatStart(position) + furthest, noteDueBy(past, grid));
  return { earliest, latest: Math.max(earliest, latest), also: -1 };
}

/** The step by which a note must have come. */
export function noteDueBy(past: Past, grid: GridConstraint): number {
  const { forced } = grid;
  return Math.min(deadline(past, grid), forced.at(forced.nextAfter(past))?.step ?? Infinity);
}

/** Whether one more melodic note has room at the onset of the unfinished row, lasting `steps`. */
export function hasVoice({ past, onset, next }: NotePlace, { forced, polyphony }: GridConstraint, steps: number): boolean {
  return voiceFreeFrom(past.ends, polyphony) <= onset && onset + steps <= forced.roomUntil(next, past.ends, polyphony);
}

/** Where the note of an unfinished row stands. */
export interface NotePlace {
  readonly past: Past;
  readonly onset: number;
  /** Index of the next forced note. */
  readonly next: number;
}

export function placeOf(state: SkytntState, { forced }: GridConstraint): NotePlace {
  return { past: state.past, onset: onsetOf(state), next: forced.nextAfter(state.past) };
}

/** The lengths in steps that a note at this place may have, `low` always among them. */
export function durationsAt(place: NotePlace, grid: GridConstraint, channel: number, pitch: number): { low: number; high: number } {
  const { past, onset, next } = place;
  const { forced, durations, polyphony } = grid;
  const isMelodic = channel < 0 ? hasVoice(place, grid, durations.low) : channel !== drumChannel;
  let most = forced.nextOnset(channel, pitch, onset) - onset;
  if (isMelodic) most = Math.min(most, forced.roomUntil(next, past.ends, polyphony) - onset);
  most = Math.max(1, Math.min(most, durations.high));
  const low = Math.min(durations.low, most);
  const wanted = isMelodic ? Math.min(most, stepsUntilVoiceIsWanted(place, grid)) : most;
  return { low, high: wanted >= low ? wanted : most };
}

/** Where this note takes the last voice: steps until one must be free again. Infinity where others are. */
function stepsUntilVoiceIsWanted({ past, onset }: NotePlace, grid: GridConstraint): number {
  const sounding = past.ends.filter((end) => end > onset);
  if (sounding.length + 1 !== grid.polyphony) return Infinity;
  const inSameBeat = beatStart(onset) === beatStart(past.position);
  const by = Math.min(
    beatStart(onset) + furthest,
    deadline({ position: onset, restSteps: 0, onsetsInBeat: 1 + (inSameBeat ? past.onsetsInBeat : 0) }, grid),
  );
  return sounding.some((end) => end <= by) ? Infinity : by - onset;
}

/** The step by which the longest rest or the fewest onsets want a note. */
function deadline(
  { position, restSteps, onsetsInBeat }: Pick<Past, 'position' | 'restSteps' | 'onsetsInBeat'>,
  { longestRest, fewestOnsets, polyphony, pitchChoices, channels }: GridConstraint,
): number {
  let by = position + longestRest - restSteps;
  if (fewestOnsets > 0) {
    const missing = fewestOnsets - onsetsInBeat;
    const lastOfBeat = beatStart(position) + stepsPerBeat - 1;
    // Where voices or pitches are few, the notes that are wanted come one after the other.
    const areFew = polyphony < Infinity || pitchChoices[0].pitches.length * channels.length < fewestOnsets;
    const apart = areFew ? 1 : 0;
    const [last, count] = missing > 0 ? [lastOfBeat, missing] : [lastOfBeat + stepsPerBeat, fewestOnsets];
    by = Math.min(by, last - apart * (count - 1));
  }
  return Math.max(position, by);
}

/** The first step at which fewer than `polyphony` notes sound. */
function voiceFreeFrom(ends: readonly number[], polyphony: number): number {
  return ends.length >= polyphony ? ends[polyphony - 1] : 0;
}
