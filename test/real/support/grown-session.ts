import { monotonicClock } from '../../../src/engine/time/clock.js';
import { until } from './until.js';

const sureAgeMicros = 1_000_000;

/**
 * Waits until a Link session that has just begun is older than any that begins from now on. Where two that meet differ by less
 * than half a second of age, Link lets chance decide whose tempo it is.
 */
export async function grownSession(): Promise<void> {
  const began = monotonicClock.now();
  await until('the session is old enough to be joined', () => monotonicClock.now() - began > sureAgeMicros);
}
