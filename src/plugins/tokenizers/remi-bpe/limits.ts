/** Bars of a format that make up one of a wished meter. */
export interface WishedBars {
  /** Indices of their meters in the format, one after another. */
  readonly meters: readonly number[];
  /** Where each begins in the wished bar, in grid units. */
  readonly starts: readonly number[];
  /** Grid units of the wished bar. */
  readonly length: number;
}

/** The meter of the bar that begins so many grid units from the start of the stream. */
export function wishedMeter({ meters, starts, length }: WishedBars, barStart: number): number {
  return meters[Math.max(0, starts.indexOf(barStart % length))];
}

/**
 * The wishes that depend on what has sounded so far, in the units of the format. What is absent does not limit.
 */
export interface Limits {
  /** Most melodic notes that may sound at once. */
  readonly polyphony: number;
  /** Least room, in grid units, a melodic note needs to be begun. */
  readonly shortestNote: number;
  /** Most onsets in a beat. */
  readonly mostOnsets: number;
  /** Fewest onsets in a beat; 0 for any. */
  readonly fewestOnsets: number;
  /** Longest silence between onsets, in grid units. */
  readonly longestRest: number;
  /** Index of the tempo the music must be written for; -1 for any. */
  readonly tempo: number;
  /** Whether the meter in force must stay, where each bar says it. */
  readonly keepsMeter: boolean;
  /** The bars that are to be written; absent for any. */
  readonly bars: WishedBars | undefined;
  /** The melodic programs that may be chosen; absent for all. */
  readonly programs: ReadonlySet<number> | undefined;
  /** The highest of these; -1 for none. */
  readonly highestProgram: number;
  /** Whether there may be drums. */
  readonly hasDrums: boolean;
  /** Grid units from the start of the stream: notes begin here or later. */
  readonly earliest: number;
  /** Grid units from the start of the stream: notes begin before this, and time goes no further. */
  readonly latest: number;
}

export const noLimits: Limits = {
  polyphony: Infinity,
  shortestNote: 1,
  mostOnsets: Infinity,
  fewestOnsets: 0,
  longestRest: Infinity,
  tempo: -1,
  keepsMeter: false,
  bars: undefined,
  programs: undefined,
  highestProgram: 127,
  hasDrums: true,
  earliest: -Infinity,
  latest: Infinity,
};

/** The limits without those that ask for something to come. */
export function withoutDemands(limits: Limits): Limits {
  return { ...limits, fewestOnsets: 0, longestRest: Infinity, tempo: -1, bars: undefined };
}

/** What is kept where all other limits have given way. */
export function withinReach({ earliest, hasDrums }: Limits): Limits | undefined {
  return earliest === noLimits.earliest ? undefined : { ...noLimits, earliest, hasDrums };
}
