import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { ForcedNote } from './forced-notes.js';
import { beatStart, type SkytntState } from './grammar-state.js';
import type { GridConstraint, PitchChoice } from './grid-constraint.js';
import { durationsAt, hasVoice, placeOf, windowOfMark, windowOfNote, type NotePlace, type OnsetWindow } from './onset-window.js';
import { stepsPerBeat } from './row-event.js';
import type { ParameterBlock } from './vocabulary.js';

/** Controllers above are channel mode messages: all notes off, local control … */
const lastMusicalController = 119;

/** Writes the ids of one parameter that a constraint leaves: at least one. */
export function allowParameter(block: ParameterBlock, state: SkytntState, grid: GridConstraint, allowed: AllowedTokens): void {
  const isNote = state.shape?.kind === 'note';
  switch (block.name) {
    case 'time1':
      return allowBeats(block, state, windowOf(state, grid), allowed);
    case 'time2':
      return allowSteps(block, state, windowOf(state, grid), allowed);
    case 'track':
      return allowTracks(block, state, grid, allowed);
    case 'channel':
      return allowChannels(block, state, grid, allowed);
    case 'patch':
      return state.row.channel === drumChannel ? addAll(block, allowed) : addEach(block, grid.programs, allowed);
    case 'controller':
      return addValues(block, 0, lastMusicalController, allowed);
    case 'bpm':
      return grid.bpm > 0 ? addValues(block, grid.bpm, grid.bpm, allowed) : addAll(block, allowed);
    default:
      return isNote ? allowOfNote(block, state, grid, allowed) : addAll(block, allowed);
  }
}

/** Whether the wished tempo is not the one last told. */
export function wantsTempo({ past }: SkytntState, { bpm, kinds }: GridConstraint): boolean {
  return bpm > 0 && past.bpm !== bpm && (kinds === undefined || kinds.includes('tempo'));
}

function windowOf(state: SkytntState, grid: GridConstraint): OnsetWindow {
  const { shape, past } = state;
  if (shape?.kind === 'note') return windowOfNote(past, grid);
  // A tempo that is asked for takes no time: what comes after it is to be played in it.
  if (shape?.kind === 'tempo' && wantsTempo(state, grid)) return { earliest: past.position, latest: past.position, also: -1 };
  return windowOfMark(past, grid);
}

function allowBeats(block: ParameterBlock, { past }: SkytntState, { earliest, latest, also }: OnsetWindow, allowed: AllowedTokens): void {
  const start = beatStart(past.position);
  const beat = (step: number): number => Math.floor((step - start) / stepsPerBeat);
  const last = latest >= earliest ? beat(latest) : -1;
  if (last >= 0) addValues(block, beat(earliest), last, allowed);
  if (also >= 0 && beat(also) > last) addValues(block, beat(also), beat(also), allowed);
}

function allowSteps(block: ParameterBlock, { row, past }: SkytntState, { earliest, latest, also }: OnsetWindow, allowed: AllowedTokens): void {
  const start = beatStart(past.position) + row.time1 * stepsPerBeat;
  const last = Math.min(stepsPerBeat - 1, latest - start);
  addValues(block, Math.max(0, earliest - start), last, allowed);
  if (also >= start && also < start + stepsPerBeat) addValues(block, also - start, also - start, allowed);
  // The beat was chosen under another constraint.
  if (allowed.count === 0) addValues(block, Math.max(0, past.position - start), stepsPerBeat - 1, allowed);
}

/** Tracks that are known to play a channel that may sound; any, as long as not all of these channels have theirs. */
function allowTracks(block: ParameterBlock, state: SkytntState, grid: GridConstraint, allowed: AllowedTokens): void {
  const { channelOfTrack } = state.past;
  const forced = forcedNoteOf(state, grid);
  const channels = forced === undefined ? grid.channels : [forced.channel];
  const speaksOfChannel = state.shape?.parameters.some(({ name }) => name === 'channel');
  const isLimited = speaksOfChannel && (forced !== undefined || grid.namesChannels);
  if (isLimited && channels.every((channel) => channelOfTrack.includes(channel))) {
    for (let track = 0; track < block.size; track += 1) {
      if (channels.includes(channelOfTrack[track])) allowed.add(block.first + track);
    }
  } else {
    addAll(block, allowed);
  }
}

function allowChannels(block: ParameterBlock, state: SkytntState, grid: GridConstraint, allowed: AllowedTokens): void {
  const { shape, row } = state;
  const forced = forcedNoteOf(state, grid);
  if (forced !== undefined) return addValues(block, forced.channel, forced.channel, allowed);
  if (shape?.kind === 'note' && grid.channels.includes(drumChannel)) {
    const steps = row.duration < 0 ? grid.durations.low : row.duration;
    if (!hasVoice(placeOf(state, grid), grid, steps)) return addValues(block, drumChannel, drumChannel, allowed);
  }
  addEach(block, grid.channels, allowed);
}

function allowOfNote(block: ParameterBlock, state: SkytntState, grid: GridConstraint, allowed: AllowedTokens): void {
  const { channel, pitch } = state.row;
  const place = placeOf(state, grid);
  const forced = forcedAt(place, grid);
  if (block.name === 'pitch') {
    if (forced === undefined) allowPitches(block, state, place, grid, allowed);
    else addValues(block, forced.pitch, forced.pitch, allowed);
  } else if (block.name === 'velocity') {
    const { low, high } = grid.velocities;
    addValues(block, forced?.velocity ?? low, forced?.velocity ?? high, allowed);
  } else if (forced !== undefined) {
    addValues(block, forced.end - forced.step, forced.end - forced.step, allowed);
  } else {
    const { low, high } = durationsAt(place, grid, channel, pitch);
    addValues(block, low, high, allowed);
  }
}

/** Not where a forced note sounds, while a pitch is left; not twice at once, while a pitch of the choice is left. */
function allowPitches(
  block: ParameterBlock,
  { row }: SkytntState,
  { past, onset }: NotePlace,
  { pitchChoices, forced, durations }: GridConstraint,
  allowed: AllowedTokens,
): void {
  const { channel } = row;
  const steps = row.duration < 0 ? durations.low : row.duration;
  const taken = forced.pitchesBetween(channel, onset, onset + steps);
  const here = onset === past.position ? past.notesHere.filter((key) => key >> 7 === channel).map((key) => key & 127) : [];
  const choices = channel === drumChannel ? pitchChoices.slice(-1) : pitchChoices;
  for (const choice of choices) {
    addPitches(block, choice, [...taken, ...here], allowed);
    if (allowed.count === 0) addPitches(block, choice, taken, allowed);
    if (allowed.count > 0) return;
  }
  addPitches(block, choices[0], [], allowed);
}

function addPitches(block: ParameterBlock, { pitches, biases }: PitchChoice, taken: readonly number[], allowed: AllowedTokens): void {
  for (let index = 0; index < pitches.length; index += 1) {
    if (!taken.includes(pitches[index])) allowed.add(block.first + pitches[index], biases[index]);
  }
}

/** The forced note that the unfinished row is, if any. */
function forcedNoteOf(state: SkytntState, grid: GridConstraint): ForcedNote | undefined {
  return state.shape?.kind === 'note' ? forcedAt(placeOf(state, grid), grid) : undefined;
}

function forcedAt({ onset, next }: NotePlace, { forced }: GridConstraint): ForcedNote | undefined {
  const note = forced.at(next);
  return note?.step === onset ? note : undefined;
}

function addAll(block: ParameterBlock, allowed: AllowedTokens): void {
  addValues(block, 0, block.size - 1, allowed);
}

function addEach(block: ParameterBlock, values: readonly number[], allowed: AllowedTokens): void {
  for (const value of values) allowed.add(block.first + value);
}

function addValues(block: ParameterBlock, low: number, high: number, allowed: AllowedTokens): void {
  allowed.addRange(block.first + low, block.first + high);
}
