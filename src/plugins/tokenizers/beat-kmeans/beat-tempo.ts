import { eventsOfType, type TickScore } from '../../../engine/music/tick-score.js';
import { minimumBpm, type Bpm } from '../../../engine/music/units.js';

const bpmPerBucket = 10;
const lastBucket = 49;
const usualMicrosPerBeat = 500_000;

/**
 * The bucket of a tempo, 2..49: buckets 0 and 1 lie below the engine's slowest tempo and are never written.
 * @example bucketOfBpm(120) // → 12
 */
export function bucketOfBpm(bpm: Bpm): number {
  return Math.min(lastBucket, Math.floor(Math.max(minimumBpm, bpm) / bpmPerBucket));
}

/**
 * The middle of a bucket.
 * @example bpmOfBucket(12) // → 125
 */
export function bpmOfBucket(bucket: number): Bpm {
  return bucket < 2 ? minimumBpm : bucket * bpmPerBucket + bpmPerBucket / 2;
}

/** The bucket of each beat 0 .. beats-1, from how long the beat lasts under the score's tempo map. */
export function beatBuckets({ ticksPerBeat, tracks }: TickScore, beats: number): Uint8Array {
  const changes = eventsOfType({ tracks }, 'tempo')
    .filter(({ microsPerBeat }) => microsPerBeat > 0)
    .sort((a, b) => a.tick - b.tick);
  const buckets = new Uint8Array(beats);
  let next = 0;
  let micros = usualMicrosPerBeat;
  for (let beat = 0; beat < beats; beat += 1) {
    const until = (beat + 1) * ticksPerBeat;
    let from = beat * ticksPerBeat;
    let lasts = 0;
    while (next < changes.length && changes[next].tick < until) {
      const { tick, microsPerBeat } = changes[next];
      if (tick > from) {
        lasts += (tick - from) * micros;
        from = tick;
      }
      micros = microsPerBeat;
      next += 1;
    }
    lasts += (until - from) * micros;
    buckets[beat] = bucketOfBpm((60e6 * ticksPerBeat) / lasts);
  }
  return buckets;
}
