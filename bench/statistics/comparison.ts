import { medianOf, rounded } from './numbers.js';
import type { Histograms } from './histograms.js';
import type { MusicStatistics } from './music-statistics.js';

/** Quantiles of a feature over windows are kept at this many equal steps from 0 to 1, and the end. */
const steps = 20;

/** What music is compared with: 21 quantiles of every feature over windows, and counts. */
export interface Distributions {
  readonly features: Readonly<Record<string, readonly number[]>>;
  readonly histograms: Histograms;
}

/** How far music is from a reference: 0 alike, 1 nothing in common. */
export interface Comparison {
  readonly pieces: number;
  readonly unusable: number;
  readonly windows: number;
  /** Kolmogorov-Smirnov distance of every feature; its median is the distance as a whole. */
  readonly features: Readonly<Record<string, number>>;
  readonly medianKs: number;
  /** Jensen-Shannon distances (base 2); `null` where one side has nothing to count. */
  readonly histograms: Readonly<Record<string, number | null>>;
}

/** Quantiles of every feature that windows have. */
export function distributionsOf({ windows, histograms }: MusicStatistics): Distributions {
  const names = [...new Set(windows.flatMap((window) => Object.keys(window)))];
  const features = Object.fromEntries(
    names.map((name) => {
      const values = valuesOf(windows, name);
      const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(Math.min(0.99999, share) * values.length))];
      return [name, Array.from({ length: steps + 1 }, (_, step) => rounded(at(step / steps)))];
    }),
  );
  return { features, histograms };
}

export function compare(reference: Distributions, music: MusicStatistics): Comparison {
  const features = Object.fromEntries(
    Object.entries(reference.features).flatMap(([name, quantiles]) => {
      const values = valuesOf(music.windows, name).map(rounded);
      return values.length === 0 ? [] : [[name, rounded(kolmogorovSmirnov(quantiles, values))]];
    }),
  );
  const histograms = Object.fromEntries(
    Object.entries(reference.histograms).map(([name, counts]) => [name, jensenShannon(counts, music.histograms[name as keyof Histograms])]),
  );
  const { pieces, unusable, windows } = music;
  const medianKs = Object.keys(features).length === 0 ? 1 : medianOf(Object.values(features));
  return { pieces, unusable, windows: windows.length, features, medianKs, histograms };
}

/** The largest gap between the two distributions, on the reference's quantiles. `values` in order. */
export function kolmogorovSmirnov(quantiles: readonly number[], values: readonly number[]): number {
  const gaps = quantiles.map((quantile) => {
    const below = values.filter((value) => value <= quantile).length / values.length;
    // Of equal quantiles the last says how much of the reference is not above it.
    return Math.abs(quantiles.lastIndexOf(quantile) / steps - below);
  });
  return Math.max(...gaps);
}

/** Distance of two counts, base 2: 0 equal shares, 1 nothing in common. */
export function jensenShannon(first: readonly number[], second: readonly number[]): number | null {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const [ofFirst, ofSecond] = [total(first), total(second)];
  if (ofFirst === 0 || ofSecond === 0) return null;
  const divergence = first.reduce((sum, count, index) => {
    const [p, q] = [count / ofFirst, second[index] / ofSecond];
    const middle = (p + q) / 2;
    const part = (share: number): number => (share > 0 ? (share * Math.log2(share / middle)) / 2 : 0);
    return sum + part(p) + part(q);
  }, 0);
  return rounded(Math.sqrt(Math.max(0, divergence)));
}

function valuesOf(windows: MusicStatistics['windows'], name: string): number[] {
  return windows.flatMap((window) => (Number.isFinite(window[name]) ? [window[name]] : [])).sort((a, b) => a - b);
}
