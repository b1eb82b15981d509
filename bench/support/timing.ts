import { percentile } from './percentile.js';

/** Milliseconds of something: by the clock, and of the processor, which a busy machine does not stretch as much. */
export interface Timing {
  readonly clock: number;
  readonly processor: number;
}

export async function timed(act: () => Promise<unknown>): Promise<Timing> {
  const before = process.cpuUsage();
  const started = performance.now();
  await act();
  const clock = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { clock, processor: (user + system) / 1000 };
}

/** p10 is what a quiet machine takes. */
export function spread(timings: readonly Timing[]): object {
  const of = (samples: readonly number[]): object => ({ p10: percentile(samples, 0.1), p50: percentile(samples, 0.5), p95: percentile(samples, 0.95) });
  return { clock: of(timings.map(({ clock }) => clock)), processor: of(timings.map(({ processor }) => processor)) };
}
