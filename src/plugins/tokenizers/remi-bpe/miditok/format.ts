import { ContinuoError } from '../../../../engine/errors.js';
import { SymbolKind, drumProgram, type SymbolTable } from '../symbols.js';
import type { MiditokFile } from './file.js';

export interface MiditokDuration {
  readonly name: string;
  readonly beat: number;
  readonly position: number;
  /** Positions per beat. */
  readonly resolution: number;
}

export interface MiditokMeter {
  readonly numerator: number;
  readonly denominator: number;
}

/** A MidiTok vocabulary with its tables of values. */
export interface MiditokFormat extends MiditokFile {
  readonly symbols: SymbolTable;
  /** Base ids by token, e.g. `Pitch_60`. */
  readonly ids: ReadonlyMap<string, number>;
  /** Positions of a beat. */
  readonly positionsPerBeat: number;
  readonly durations: readonly MiditokDuration[];
  readonly velocities: readonly number[];
  /** Bpm, as the tokens say them. */
  readonly tempos: readonly number[];
  readonly tempoNames: readonly string[];
  readonly meters: readonly MiditokMeter[];
  /** Index of the meter in force where a stream has said none: 4/4, or the first where the file lacks it. */
  readonly firstMeter: number;
  readonly hasBarEnds: boolean;
  readonly hasDrumPitches: boolean;
}

/** MidiTok's default; in force where a file speaks of no meter. */
export const commonTime: MiditokMeter = { numerator: 4, denominator: 4 };

/** @throws ContinuoError badPack when the vocabulary is not one of dense ids. */
export function miditokFormat(file: MiditokFile): MiditokFormat {
  const { config } = file;
  const positionsPerBeat = Math.max(...Object.values(config.beat_res));
  const durations = durationsOf(config.beat_res);
  const velocities = spread(0, 127, config.num_velocities + 1).slice(1).map(Math.trunc);
  const tempos = temposOf(file);
  const tempoNames = tempos.map(pythonFloat);
  const meters = file.timeSignatures.map(([numerator, denominator]) => ({ numerator, denominator }));
  const format = { ...file, positionsPerBeat, durations, velocities, tempos, tempoNames, meters };
  const names = file.baseIds === undefined ? vocabularyOf(format) : namesById(file.baseIds);
  const ids = new Map(names.map((name, id) => [name, id]));
  return {
    ...format,
    ids,
    symbols: symbolsOf(names, format),
    firstMeter: Math.max(0, meters.findIndex(({ numerator, denominator }) => numerator === 4 && denominator === 4)),
    hasBarEnds: config.additional_params.use_bar_end_tokens,
    hasDrumPitches: config.use_pitchdrum_tokens,
  };
}

type Tables = Omit<MiditokFormat, 'symbols' | 'ids' | 'firstMeter' | 'hasBarEnds' | 'hasDrumPitches'>;

/** Every length from one position on, as fine as the range of beats it falls in, and the longest whole one. */
function durationsOf(resolutions: Readonly<Record<string, number>>): MiditokDuration[] {
  const ranges = Object.entries(resolutions).map(([beats, resolution]) => {
    const [first, last] = beats.split('_').map(Number);
    return { first, last, resolution };
  });
  const lengths = ranges.flatMap(({ first, last, resolution }) =>
    Array.from({ length: Math.max(0, last - first) * resolution }, (_, index) => ({
      beat: first + Math.floor(index / resolution),
      position: index % resolution,
      resolution,
    })),
  );
  const longest = ranges.reduce((a, b) => (b.first > a.first || (b.first === a.first && b.last > a.last) ? b : a));
  const end = Math.max(longest.first, longest.last);
  return [...lengths.slice(1), { beat: end, position: 0, resolution: longest.resolution }].map((length) => ({
    ...length,
    name: `${length.beat}.${length.position}.${length.resolution}`,
  }));
}

function temposOf({ config, baseIds }: MiditokFile): number[] {
  if (!config.use_tempos) return [];
  const said = Object.keys(baseIds ?? {}).filter((name) => name.startsWith('Tempo_'));
  if (said.length > 0) return said.map((name) => Number(name.slice('Tempo_'.length)));
  const [low, high] = config.tempo_range;
  const exact = config.log_tempos
    ? spread(Math.log10(low), Math.log10(high), config.num_tempos).map((power) => 10 ** power)
    : spread(low, high, config.num_tempos);
  // Half to even, as numpy rounds.
  return exact.map((bpm) => roundHalfEven(bpm * 100) / 100);
}

/** So many numbers evenly from first to last. */
function spread(first: number, last: number, count: number): number[] {
  const step = (last - first) / (count - 1);
  return Array.from({ length: count }, (_, index) => (index === count - 1 && count > 1 ? last : first + index * step));
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** @example pythonFloat(40) // → '40.0' */
function pythonFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function vocabularyOf({ config, velocities, durations, positionsPerBeat, tempoNames, meters }: Tables): string[] {
  const pitches = inclusive(config.pitch_range);
  const drums = config.use_pitchdrum_tokens ? inclusive(config.drums_pitch_range ?? config.pitch_range) : [];
  const beats = Math.max(...meters.map(({ numerator }) => numerator));
  return [
    ...config.special_tokens,
    'Bar_None',
    ...(config.additional_params.use_bar_end_tokens ? ['Bar_End'] : []),
    ...pitches.map((pitch) => `Pitch_${pitch}`),
    ...velocities.map((velocity) => `Velocity_${velocity}`),
    ...durations.map(({ name }) => `Duration_${name}`),
    ...Array.from({ length: positionsPerBeat * beats }, (_, position) => `Position_${position}`),
    ...drums.map((pitch) => `PitchDrum_${pitch}`),
    ...tempoNames.map((tempo) => `Tempo_${tempo}`),
    ...config.programs.map((program) => `Program_${program}`),
    ...(config.use_time_signatures ? meters.map(({ numerator, denominator }) => `TimeSig_${numerator}/${denominator}`) : []),
  ];
}

function inclusive([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function namesById(ids: Readonly<Record<string, number>>): string[] {
  const names: string[] = [];
  for (const [name, id] of Object.entries(ids)) names[id] = name;
  for (let id = 0; id < names.length; id += 1) {
    if (names[id] === undefined) throw new ContinuoError('badPack', `The vocabulary of the tokenizer file has no token ${id}.`);
  }
  return names;
}

const plainKinds: Readonly<Record<string, SymbolKind>> = {
  BOS_None: SymbolKind.start,
  EOS_None: SymbolKind.end,
  Bar_None: SymbolKind.bar,
  Bar_End: SymbolKind.barEnd,
  Track_Start: SymbolKind.trackStart,
  Track_End: SymbolKind.trackEnd,
};

function symbolsOf(names: readonly string[], tables: Tables): SymbolTable {
  const kinds = new Uint8Array(names.length);
  const values = new Int16Array(names.length);
  names.forEach((name, id) => {
    const [kind, value] = symbolOf(name, tables);
    kinds[id] = value < 0 ? SymbolKind.special : kind;
    values[id] = value;
  });
  return { size: names.length, kinds, values, name: (id) => names[id] ?? `unknown id ${id}` };
}

function symbolOf(name: string, { durations, tempoNames, meters }: Tables): [SymbolKind, number] {
  if (Object.hasOwn(plainKinds, name)) return [plainKinds[name], 0];
  const separator = name.indexOf('_');
  const value = name.slice(separator + 1);
  switch (name.slice(0, separator)) {
    case 'Pitch':
      return [SymbolKind.pitch, Number(value)];
    case 'PitchDrum':
      return [SymbolKind.drumPitch, Number(value)];
    case 'Velocity':
      return [SymbolKind.velocity, Number(value)];
    case 'Duration':
      return [SymbolKind.duration, durations.findIndex((duration) => duration.name === value)];
    case 'Position':
      return [SymbolKind.position, Number(value)];
    case 'Tempo':
      return [SymbolKind.tempo, tempoNames.findIndex((tempo) => Number(tempo) === Number(value))];
    case 'Program':
      return [SymbolKind.program, value === '-1' ? drumProgram : Number(value)];
    case 'TimeSig':
      return [SymbolKind.meter, meters.findIndex((meter) => `${meter.numerator}/${meter.denominator}` === value)];
    default:
      return [SymbolKind.special, 0];
  }
}
