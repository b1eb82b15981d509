import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMilliseconds = 1;

/** How late the main thread's timers come, in milliseconds, from now until it is read. */
export function mainThreadDelay(): () => { readonly p50: number; readonly p999: number; readonly max: number } {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMilliseconds });
  histogram.enable();
  return () => {
    histogram.disable();
    const late = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1000) / 1000 - resolutionMilliseconds);
    return { p50: late(histogram.percentile(50)), p999: late(histogram.percentile(99.9)), max: late(histogram.max) };
  };
}
