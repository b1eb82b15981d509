import { SymbolKind, drumProgram, type SymbolTable } from './symbols.js';

export interface Meter {
  readonly numerator: number;
  readonly denominator: number;
}

/** Positions of the longest bar; a position is a sixteenth note. */
export const positionsPerBar = 16;
export const sixteenthsPerBeat = 4;
export const longestDuration = 16;
export const velocityLevels = 32;
export const slowestTempo = 30;
export const tempoStep = 4;
export const tempoCount = 46;

/** The meters whose bars fit 16 positions, in order of their ids. */
export const meters: readonly Meter[] = [
  { numerator: 2, denominator: 4 },
  { numerator: 3, denominator: 4 },
  { numerator: 4, denominator: 4 },
  { numerator: 2, denominator: 2 },
  { numerator: 3, denominator: 8 },
  { numerator: 5, denominator: 8 },
  { numerator: 6, denominator: 8 },
  { numerator: 7, denominator: 8 },
];

export const padId = 0;
export const startId = 1;
export const endId = 2;
// 3 hides an id from a model that is trained.
export const barId = 4;
export const trackStartId = 5;
export const trackEndId = 6;
const firstPosition = 7;
const firstPitch = firstPosition + positionsPerBar;
const firstVelocity = firstPitch + 128;
const firstDuration = firstVelocity + velocityLevels;
const firstTempo = firstDuration + longestDuration;
const firstMeter = firstTempo + tempoCount;
const firstProgram = firstMeter + meters.length;
/** Base symbols: ids 0..381. */
export const baseSize = firstProgram + 129;

export const positionId = (position: number): number => firstPosition + position;
export const pitchId = (pitch: number): number => firstPitch + pitch;
/** @param level 0..31, see {@link velocityLevel} */
export const velocityId = (level: number): number => firstVelocity + level;
/** @param sixteenths 1..16 */
export const durationId = (sixteenths: number): number => firstDuration + sixteenths - 1;
/** @param index 0..45, see {@link tempoIndex} */
export const tempoId = (index: number): number => firstTempo + index;
export const meterId = (index: number): number => firstMeter + index;
/** @param program 0..127, or 128 for drums */
export const programId = (program: number): number => firstProgram + program;

/** @example velocityLevel(64) // → 16, which decodes to 66 */
export function velocityLevel(velocity: number): number {
  return Math.min(velocityLevels - 1, velocity >> 2);
}

/** MIDI velocity in the middle of a level. */
export function levelVelocity(level: number): number {
  return 4 * level + 2;
}

/** The nearest tempo the format has. @example tempoIndex(120) // → 23, which is 122 bpm */
export function tempoIndex(bpm: number): number {
  return Math.max(0, Math.min(tempoCount - 1, Math.floor((bpm - slowestTempo) / tempoStep + 0.5)));
}

export function indexTempo(index: number): number {
  return slowestTempo + tempoStep * index;
}

/** Sixteenths in a bar. */
export function barLength({ numerator, denominator }: Meter): number {
  return (16 * numerator) / denominator;
}

/** The lengths of the bars of {@link meters}. */
export const barLengths: readonly number[] = meters.map(barLength);
/** 4/4, in force until a stream says otherwise. */
export const commonMeter = 2;

const drumWord = 'drums';

/** The 382 base symbols. Values: position, pitch, velocity 2..126, length in sixteenths, indices of tempo and meter. */
export const phraseSymbols: SymbolTable = makeTable();

function makeTable(): SymbolTable {
  const kinds = new Uint8Array(baseSize);
  const values = new Int16Array(baseSize);
  const names = ['pad', 'start', 'end', 'mask', 'bar', 'track start', 'track end'];
  kinds[startId] = SymbolKind.start;
  kinds[endId] = SymbolKind.end;
  kinds[barId] = SymbolKind.bar;
  kinds[trackStartId] = SymbolKind.trackStart;
  kinds[trackEndId] = SymbolKind.trackEnd;
  const add = (kind: SymbolKind, value: number, name: string): void => {
    kinds[names.length] = kind;
    values[names.length] = value;
    names.push(name);
  };
  for (let position = 0; position < positionsPerBar; position += 1) {
    add(SymbolKind.position, position, `position ${position}`);
  }
  for (let pitch = 0; pitch < 128; pitch += 1) add(SymbolKind.pitch, pitch, `pitch ${pitch}`);
  for (let level = 0; level < velocityLevels; level += 1) {
    add(SymbolKind.velocity, levelVelocity(level), `velocity ${levelVelocity(level)}`);
  }
  for (let length = 1; length <= longestDuration; length += 1) {
    add(SymbolKind.duration, length, `duration ${length}/16`);
  }
  for (let index = 0; index < tempoCount; index += 1) add(SymbolKind.tempo, index, `tempo ${indexTempo(index)}`);
  meters.forEach(({ numerator, denominator }, index) => add(SymbolKind.meter, index, `meter ${numerator}/${denominator}`));
  for (let program = 0; program <= drumProgram; program += 1) {
    add(SymbolKind.program, program, `program ${program === drumProgram ? drumWord : program}`);
  }
  return { size: baseSize, kinds, values, name: (id) => names[id] ?? `unknown id ${id}` };
}
