import type { Meter } from '../../../engine/time/meter.js';
import type { MusicConstraint, PitchClassWish, Range } from '../../../engine/music/constraint.js';
import { sameBeat } from '../../../engine/music/units.js';
import { noLimits, type Limits, type WishedBars } from './limits.js';
import { SymbolKind, drumProgram } from './symbols.js';
import type { TokenTable } from './token-table.js';

/** How a format's numbers translate into a performer's. */
export interface FormatUnits {
  readonly unitsPerBeat: number;
  /** Whether the format's cursor keeps the limits that depend on what has sounded, or only those of tempo and meter. */
  readonly keepsLimits: boolean;
  /** Whether every bar says its meter. */
  readonly saysEveryMeter: boolean;
  /** Beats of a duration symbol's value where {@link beatScaleOf} is 1. */
  beatsOf(duration: number): number;
  /** What durations are multiplied by in a meter, by the value of its symbol. */
  beatScaleOf(meter: number): number;
  /** Bpm of a tempo symbol's value. */
  bpmOf(tempo: number): number;
  readonly tempoCount: number;
  /** The bars of the format that make up one of a meter; `undefined` where it has none that do. */
  barsOf(meter: Meter): WishedBars | undefined;
  /** The melodic programs the format has. */
  readonly programs: readonly number[];
  /** Whether it has drums. */
  readonly hasDrums: boolean;
  /** Whether its cursor keeps the earliest beat that is wished for. */
  readonly keepsEarliest: boolean;
  /** Values of the duration symbols, and of the velocity symbols. */
  readonly durations: readonly number[];
  readonly velocities: readonly number[];
}

/** A token that is not wanted. */
export const refused = Infinity;

/** What a performer wishes, token by token. */
export interface TokenWishes {
  /** Costs (negated log-bias) of the tokens when their first pitches are melodic, {@link refused} for unwanted ones. */
  readonly melodic: Float32Array;
  /** The same when they are drums. */
  readonly drums: Float32Array;
}

/**
 * Fields that say something of single tokens. A range that has none of the steps means the nearest one. Where scale and chord leave no pitch of the range, the chord counts alone, then the
 * scale alone, then neither.
 */
export function wishesOf(
  constraint: MusicConstraint,
  table: TokenTable,
  units: FormatUnits,
  beatScale: number,
): TokenWishes {
  const pitchCosts = costsOfPitches(constraint);
  const velocities = wantedValues(constraint.velocityRange, units.velocities, (value) => value);
  const durationsAt = memo((scale: number) =>
    wantedValues(constraint.durationRange, units.durations, (value) => scale * units.beatsOf(value)),
  );
  const programs = wantedPrograms(constraint.programs, units);
  const kinds = constraint.eventKinds;
  const meters = wishedBars(constraint, units)?.meters;
  const tempo = constraint.tempo === undefined || units.tempoCount === 0 ? -1 : nearestTempo(constraint.tempo, units);

  const costOf = (token: number, startsInDrums: boolean): number => {
    let isDrums = startsInDrums;
    let durations = durationsAt(beatScale);
    // What spells nothing brings a stream no further.
    let cost = table.spelling(token).length === 0 ? refused : 0;
    for (const symbol of table.spelling(token)) {
      const value = table.symbols.values[symbol];
      switch (table.symbols.kinds[symbol]) {
        case SymbolKind.special:
        case SymbolKind.start:
          return refused;
        case SymbolKind.end:
          if (kinds?.includes('end') !== true) return refused;
          break;
        case SymbolKind.program:
          isDrums = value === drumProgram;
          if (isDrums ? !units.hasDrums : !programs.has(value)) return refused;
          break;
        case SymbolKind.pitch:
          if (!isDrums) cost += pitchCosts[value];
          break;
        case SymbolKind.velocity:
          if (!velocities.has(value)) return refused;
          break;
        case SymbolKind.duration:
          if (!durations.has(value)) return refused;
          break;
        case SymbolKind.tempo:
          if ((tempo >= 0 && value !== tempo) || kinds?.includes('tempo') === false) return refused;
          break;
        case SymbolKind.meter:
          if (!units.saysEveryMeter && kinds?.includes('meter') === false) return refused;
          if (meters?.includes(value) === false) return refused;
          durations = durationsAt(units.beatScaleOf(value));
      }
    }
    return cost;
  };
  return {
    melodic: Float32Array.from({ length: table.size }, (_, token) => costOf(token, false)),
    drums: Float32Array.from({ length: table.size }, (_, token) => costOf(token, true)),
  };
}

/** Fields that depend on what has sounded; `undefined` when there are none. */
export function limitsOf(constraint: MusicConstraint, units: FormatUnits): Limits | undefined {
  const { maximumPolyphony, onsetsPerBeat, maximumRestBeats, tempo, programs, eventKinds } = constraint;
  const earliestBeat = units.keepsEarliest ? constraint.earliestBeat : undefined;
  const limitsTempo = tempo !== undefined && units.tempoCount > 0 && eventKinds?.includes('tempo') !== false;
  const bars = wishedBars(constraint, units);
  const frame: Limits = {
    ...noLimits,
    hasDrums: units.hasDrums,
    bars,
    tempo: limitsTempo ? nearestTempo(tempo, units) : noLimits.tempo,
    keepsMeter: units.saysEveryMeter && eventKinds?.includes('meter') === false,
  };
  const limitsFrame = limitsTempo || frame.keepsMeter || bars !== undefined;
  const limitsNotes = units.keepsLimits && (maximumPolyphony ?? onsetsPerBeat ?? maximumRestBeats ?? programs ?? earliestBeat) !== undefined;
  if (!limitsNotes) return limitsFrame ? frame : undefined;
  const onsets = onsetsPerBeat !== undefined && onsetsPerBeat.low <= onsetsPerBeat.high ? onsetsPerBeat : undefined;
  const wanted = wantedPrograms(programs, units);
  const lengths = [...wantedValues(constraint.durationRange, units.durations, (value) => units.beatsOf(value))];
  return {
    ...frame,
    polyphony: Math.max(1, maximumPolyphony ?? noLimits.polyphony),
    shortestNote: Math.min(...lengths.map((value) => Math.round(units.beatsOf(value) * units.unitsPerBeat))),
    mostOnsets: Math.max(1, onsets?.high ?? noLimits.mostOnsets),
    fewestOnsets: onsets?.low ?? noLimits.fewestOnsets,
    // A rest shorter than the grid would stop time.
    longestRest: maximumRestBeats === undefined ? Infinity : Math.max(1, Math.floor(maximumRestBeats * units.unitsPerBeat)),
    programs: programs && wanted,
    earliest: earliestBeat === undefined ? -Infinity : Math.ceil(earliestBeat * units.unitsPerBeat - sameBeat),
    highestProgram: Math.max(-1, ...wanted),
  };
}

/** Fields of a constraint that {@link wishesOf} looks at, as a key. */
export function wishesKey(constraint: MusicConstraint): string {
  const { pitchRange, scale, chord, velocityRange, durationRange, programs, eventKinds, tempo, meter } = constraint;
  const fields = [pitchRange, scale, chord, velocityRange, durationRange, programs, eventKinds, tempo, meter];
  // JSON has no word for numbers that are not finite.
  return JSON.stringify(fields, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value));
}

function memo<Value>(make: (key: number) => Value): (key: number) => Value {
  const known = new Map<number, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function costsOfPitches({ pitchRange, scale, chord }: MusicConstraint): Float32Array {
  const range = wantedValues(pitchRange, Array.from({ length: 128 }, (_, pitch) => pitch), (value) => value);
  const withWishes = (wishes: readonly (PitchClassWish | undefined)[]): Float32Array =>
    Float32Array.from({ length: 128 }, (_, pitch) =>
      wishes.reduce((cost, wish) => cost + costOf(wish, pitch), range.has(pitch) ? 0 : refused),
    );
  for (const wishes of [[scale, chord], [chord], [scale]]) {
    const costs = withWishes(wishes);
    if (costs.some((cost) => cost < refused)) return costs;
  }
  return withWishes([]);
}

function costOf(wish: PitchClassWish | undefined, pitch: number): number {
  if (wish === undefined || wish.pitchClasses.length === 0 || wish.pitchClasses.includes(pitch % 12)) return 0;
  return wish.strict ? refused : wish.bias;
}

function wantedValues(
  range: Range | undefined,
  values: readonly number[],
  measure: (value: number) => number,
): ReadonlySet<number> {
  if (range === undefined || !(range.low <= range.high)) return new Set(values);
  const inside = values.filter((value) => measure(value) >= range.low && measure(value) <= range.high);
  if (inside.length > 0) return new Set(inside);
  const centre = (range.low + range.high) / 2;
  return new Set([values.reduce((best, value) => (distance(value) < distance(best) ? value : best))]);

  function distance(value: number): number {
    return Math.abs(measure(value) - centre);
  }
}

/** Those of the format that are asked for; all of it where it has none of them. */
export function wantedPrograms(wanted: readonly number[] | undefined, { programs }: FormatUnits): ReadonlySet<number> {
  const found = programs.filter((program) => wanted === undefined || wanted.includes(program));
  return new Set(found.length > 0 ? found : programs);
}

/** The bars that a wished meter asks for; `undefined` where none is wished, or meters may not be said. */
function wishedBars({ meter, eventKinds }: MusicConstraint, units: FormatUnits): WishedBars | undefined {
  return meter === undefined || eventKinds?.includes('meter') === false ? undefined : units.barsOf(meter);
}

function nearestTempo(bpm: number, { tempoCount, bpmOf }: FormatUnits): number {
  let best = 0;
  for (let index = 1; index < tempoCount; index += 1) {
    if (Math.abs(bpmOf(index) - bpm) < Math.abs(bpmOf(best) - bpm)) best = index;
  }
  return best;
}
