import type { CodeTraits } from './code-traits.js';
import { addPattern } from './codebook.js';
import { hasSustain, type Pattern } from './pattern.js';
import { constantCodes, type Onsets } from './velocity-codec.js';
import { framesPerBeat } from './vocabulary.js';

export const silent = -1;

const notStruck: Onsets = { onsetLow: 0, onsetHigh: 0 };

/** Where in a stream we are. Frames count from the beginning of the stream. */
export interface BeatState {
  /** What is due: a tempo, a key or the next tempo, a code, a velocity. */
  readonly phase: 'tempo' | 'key' | 'code' | 'velocity';
  /** The present beat; -1 before the first. */
  readonly beat: number;
  /** Key of the present or last cell of the beat; -1 before the first. */
  readonly pitch: number;
  /** Frames told of the present cell. */
  readonly fill: number;
  /** Frame at which the note began that sounds on a key: up to `pitch` at the end of this beat, above it at its start. */
  readonly since: Int32Array;
  /** The same for the present cell, where it is told up to. */
  readonly cellSince: number;
  readonly cellSounds: boolean;
  /** Where the present cell is struck, as far as it is told. */
  readonly cellStruck: Onsets;
  /** Cells and onsets of the beat so far. */
  readonly cells: number;
  readonly onsets: number;
  /** The last onset before this beat; 0 at the start of the stream. */
  readonly lastOnset: number;
  /** The first and the last onset of this beat; -1 while there is none. */
  readonly firstHere: number;
  readonly lastHere: number;
  /** By key: the velocity told last, where it is one for all that its cell strikes; else 0. */
  readonly velocities: Uint8Array;
  /** Keys told so far that sound in each frame of the beat. */
  readonly sounding: Uint8Array;
}

export const initialState: BeatState = {
  phase: 'tempo',
  beat: -1,
  pitch: -1,
  fill: 0,
  since: new Int32Array(128).fill(silent),
  cellSince: silent,
  cellSounds: false,
  cellStruck: notStruck,
  cells: 0,
  onsets: 0,
  lastOnset: 0,
  firstHere: -1,
  lastHere: -1,
  velocities: new Uint8Array(128),
  sounding: new Uint8Array(framesPerBeat),
};

/** Leaves the beat: keys that no cell held on are silent. */
export function afterBeat(state: BeatState): BeatState {
  const since = state.since.slice();
  since.fill(silent, state.pitch + 1);
  return {
    ...initialState,
    phase: 'key',
    beat: state.beat + 1,
    since,
    velocities: state.velocities,
    lastOnset: state.lastHere >= 0 ? state.lastHere : state.lastOnset,
  };
}

/** Begins the cell of a key; keys passed over are silent. */
export function afterKey(state: BeatState, pitch: number): BeatState {
  let { since } = state;
  for (let each = state.pitch + 1; each < pitch; each += 1) {
    if (since[each] === silent) continue;
    if (since === state.since) since = since.slice();
    since[each] = silent;
  }
  const cellSince = since[pitch];
  return { ...state, phase: 'code', pitch, fill: 0, since, cellSince, cellSounds: false, cellStruck: notStruck, cells: state.cells + 1 };
}

/** @param afterCell what is due once the cell is told. */
export function afterCode(state: BeatState, code: CodeTraits, afterCell: 'key' | 'velocity'): BeatState {
  const position = state.beat * framesPerBeat + state.fill;
  const fill = state.fill + code.frames;
  const onsets = state.onsets + code.onsets;
  const cellSince = sinceAfter(state.cellSince, code, position);
  const told = {
    ...state,
    fill,
    cellSince,
    cellSounds: state.cellSounds || !code.isSilent,
    cellStruck: code.onsets === 0 ? state.cellStruck : withOnsets(state.cellStruck, code.pattern, state.fill),
    onsets,
    firstHere: earliest(state.firstHere, code.firstOnset < 0 ? -1 : position + code.firstOnset),
    lastHere: Math.max(state.lastHere, code.lastOnset < 0 ? -1 : position + code.lastOnset),
    sounding: code.isSilent ? state.sounding : withSound(state.sounding, code, state.fill),
  };
  if (fill < framesPerBeat) return told;
  const since = state.since.slice();
  since[state.pitch] = cellSince;
  return { ...told, phase: afterCell, since };
}

/** Ends the present cell. `code`: of its velocities. */
export function afterVelocity(state: BeatState, code: number): BeatState {
  const velocities = state.velocities.slice();
  velocities[state.pitch] = code < constantCodes ? code + 1 : 0;
  return { ...state, phase: 'key', velocities };
}

function withOnsets({ onsetLow, onsetHigh }: Onsets, pattern: Pattern, fill: number): Onsets {
  const whole = { sustainLow: 0, sustainHigh: 0, onsetLow, onsetHigh };
  addPattern(whole, pattern, fill);
  return whole;
}

function sinceAfter(before: number, code: CodeTraits, position: number): number {
  if (!code.endsSounding) return silent;
  return code.lastOnset < 0 ? before : position + code.lastOnset;
}

function earliest(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}

function withSound(sounding: Uint8Array, { pattern, frames }: CodeTraits, fill: number): Uint8Array {
  const result = sounding.slice();
  for (let frame = 0; frame < frames; frame += 1) {
    if (hasSustain(pattern, frame)) result[fill + frame] += 1;
  }
  return result;
}
