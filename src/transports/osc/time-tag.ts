import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import type { Clock } from '../../engine/time/clock.js';
import type { OscMessage } from './osc-packet.js';
import type { WallClock } from './wall-clock.js';

/** A tag further from now than this is of another clock. */
const farthestMicros: Micros = 10_000_000;

/**
 * When a message counts: by the time tag of its bundle, without one now. Thread: main. Blocks: no.
 * Errors: `badValue` for a time tag of another clock.
 */
export function taggedTime({ address, unixSeconds }: OscMessage, clock: Clock, wallClock: WallClock): Micros {
  const now = clock.now();
  if (unixSeconds === 0) return now;
  wallClock.read();
  const micros = wallClock.micros(unixSeconds);
  if (Math.abs(micros - now) <= farthestMicros) return micros;
  throw new ContinuoError(
    'badValue',
    `${address} is tagged ${Math.round((micros - now) / 1e6)} seconds from now: set the clocks of both machines by the network (NTP), or send it without a time tag.`,
  );
}
