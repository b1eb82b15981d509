import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface Memory {
  readonly hour: number;
  readonly heapMegabytes: number;
  readonly rssMegabytes: number;
}

/** What is in use once everything that nobody holds is gone. */
export function memoryAt(hour: number): Memory {
  collect();
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { hour, heapMegabytes: Math.round(heapUsed / 1e4) / 100, rssMegabytes: Math.round(rss / 1e5) / 10 };
}

/** Least squares: by how many kilobytes an hour `key` grows. The first quarter of the run, in which caches fill, is left out. */
export function growth(samples: readonly Memory[], key: 'heapMegabytes' | 'rssMegabytes'): number {
  const { hour: end = 0 } = samples.at(-1) ?? {};
  const kept = samples.filter(({ hour }) => hour >= end / 4);
  const meanHour = mean(kept.map(({ hour }) => hour));
  const meanSize = mean(kept.map((sample) => sample[key]));
  const spread = kept.reduce((sum, { hour }) => sum + (hour - meanHour) ** 2, 0);
  const shared = kept.reduce((sum, sample) => sum + (sample.hour - meanHour) * (sample[key] - meanSize), 0);
  return spread === 0 ? 0 : Math.round((shared / spread) * 1000);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
