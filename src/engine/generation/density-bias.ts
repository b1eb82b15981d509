import type { Beats } from '../music/units.js';
import type { OnsetReach } from './onset-reach.js';
import type { TokenStream } from './token-stream.js';

/** At the ends of the range a beat of waiting is e^1.5 times more or less likely than the model thinks. */
const strongestPerBeat = 1.5;
/** Waiting longer than this is no less dense. */
const longestWait: Beats = 1;

/**
 * Makes the next onset come sooner (`density` above 0.5) or later (below), by a log-bias on the ids that say when it
 * comes which grows with the time waited. 0.5 leaves the model alone.
 */
export function biasDensity(stream: TokenStream, reach: OnsetReach, density: number): void {
  const { allowed, state, decoder } = stream;
  if (density === 0.5 || stream.attribute !== 'time' || allowed.count < 2) return;
  const beats = reach.beatsPerId(allowed.ids.subarray(0, allowed.count), state, decoder);
  for (let index = 0; index < allowed.count; index += 1) allowed.biases[index] += densityBias(density, index * beats);
}

/** The log-bias on an id that makes an event wait so many beats longer than it must. */
export function densityBias(density: number, wait: Beats): number {
  return (0.5 - density) * 2 * strongestPerBeat * Math.min(longestWait, wait);
}
