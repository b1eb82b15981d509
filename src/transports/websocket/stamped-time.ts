import type { Micros } from '../../engine/music/units.js';
import { believedStamp } from '../../engine/sync/stamp.js';
import type { ClientClock } from './client-clock.js';

/** On the engine's clock, or on the client's own. */
export interface Stamp {
  readonly timeMicros?: number;
  readonly clientMilliseconds?: number;
}

/**
 * When a message counts by its stamp; undefined where only its arrival can tell, also as long as the client's clock is not
 * known. Pure. Errors: `badValue` for a stamp of another clock.
 */
export function stampedTime(what: 'beat' | 'note', { timeMicros, clientMilliseconds }: Stamp, clientClock: ClientClock | undefined, now: Micros): Micros | undefined {
  const byClient = clientMilliseconds !== undefined && clientClock?.known ? clientClock.micros(clientMilliseconds) : undefined;
  const micros = timeMicros ?? byClient;
  if (micros === undefined) return undefined;
  const whose = timeMicros === undefined ? 'the clock that you answer probes by' : 'the engine\'s clock (see pong)';
  return believedStamp(micros, now, `This ${what} is`, `stamp it by ${whose}`);
}
