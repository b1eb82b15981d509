import type { Micros } from '../../engine/music/units.js';
import { believedStamp } from '../../engine/sync/stamp.js';
import type { Clock } from '../../engine/time/clock.js';
import type { OscMessage } from './osc-packet.js';
import type { WallClock } from './wall-clock.js';

/**
 * When a message counts: by the time tag of its bundle, without one now. Thread: main. Blocks: no.
 * Errors: `badValue` for a time tag of another clock.
 */
export function taggedTime({ address, unixSeconds }: OscMessage, clock: Clock, wallClock: WallClock): Micros {
  if (unixSeconds === 0) return clock.now();
  wallClock.read();
  const remedy = 'set the clocks of both machines by the network (NTP), or send it without a time tag';
  return believedStamp(wallClock.micros(unixSeconds), clock.now(), `${address} is tagged`, remedy);
}
