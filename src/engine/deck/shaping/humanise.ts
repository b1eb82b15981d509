import { CounterRandom } from '../../generation/sampling/counter-random.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';

export interface Humanise {
  /** How far a channel leaves the beat, at most {@link mostTimingBeats}. */
  readonly timingBeats: Beats;
  /** How far velocities leave what is written. */
  readonly velocitySpread: number;
  readonly seed: number;
}

/** A channel finds a new place against the beat at each of these, and glides from one to the next. */
const glideBeats: Beats = 0.25;
/** Beyond this the glide could turn time back. */
export const mostTimingBeats: Beats = 0.1;
const ticksPerBeat = 960;
/** Streams of random numbers: one a channel for time, one a channel and pitch for velocity. */
const velocityStreams = 16;

/**
 * Where what was written at `beat` is played by the player of a channel, who drifts around the beat as one hand: chords stay
 * chords and order stays. The same seed, beat and channel give the same place whenever and however often it is asked for.
 */
export function humanBeat(beat: Beats, channel: number, { timingBeats, seed }: Humanise): Beats {
  if (timingBeats === 0) return beat;
  const reach = Math.min(timingBeats, mostTimingBeats);
  const step = Math.floor(beat / glideBeats);
  const along = beat / glideBeats - step;
  const offset = triangular(seed, channel, step) * (1 - along) + triangular(seed, channel, step + 1) * along;
  return beat + reach * offset;
}

/** What is added to the velocity of a note; a function of the seed and the note as it was written. */
export function humanVelocity({ beat, channel, pitch }: Note, { velocitySpread, seed }: Humanise): number {
  if (velocitySpread === 0) return 0;
  return velocitySpread * triangular(seed, velocityStreams + channel * 128 + pitch, Math.round(beat * ticksPerBeat));
}

/** -1..1, the middle the likeliest. */
function triangular(seed: number, stream: number, counter: number): number {
  const random = new CounterRandom(seed, stream);
  random.counter = 2 * counter;
  return random.next() + random.next() - 1;
}
