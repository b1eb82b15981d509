import type { TickEvent, TickScore } from '../../../engine/music/tick-score.js';
import type { Codebook } from './codebook.js';
import { BeatKmeansDecoder, type FrameEvent } from './incremental-decoder.js';
import type { BeatKmeansOptions } from './options.js';
import type { VelocityCodec } from './velocity-codec.js';
import { framesPerBeat } from './vocabulary.js';

const decodedTicksPerBeat = 480;
const ticksPerFrame = decodedTicksPerBeat / framesPerBeat;

/** The score that ids stand for, 480 ticks a beat: a track of tempos and a track of notes. */
export function decodeIds(
  ids: ArrayLike<number>,
  codebook: Codebook,
  velocities: VelocityCodec,
  options: BeatKmeansOptions,
): TickScore {
  const decoder = new BeatKmeansDecoder(codebook, velocities, options, 0);
  const tempos: TickEvent[] = [];
  const notes: TickEvent[] = [];
  const place = (events: readonly FrameEvent[]): void => {
    for (const event of events) {
      const tick = event.frame * ticksPerFrame;
      if (event.type === 'tempo') {
        tempos.push({ type: 'tempo', tick, microsPerBeat: Math.round(60e6 / event.bpm) });
      } else {
        const { pitch, velocity, end } = event;
        notes.push({ type: 'note', tick, duration: end * ticksPerFrame - tick, channel: options.channel, pitch, velocity });
      }
    }
  };
  for (let index = 0; index < ids.length; index += 1) place(decoder.take(ids[index]));
  place(decoder.end());
  return { ticksPerBeat: decodedTicksPerBeat, tracks: [tempos, notes] };
}
