import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { writeRender } from '../../src/engine/midi-file/render.js';
import type { Score } from '../../src/engine/music/score.js';
import type { Bpm } from '../../src/engine/music/units.js';
import { OfflineTake } from '../../src/engine/rendering/offline-take.js';

const beatsPerBar = 4;

export interface PieceWishes {
  readonly pack: string;
  readonly bars: number;
  readonly bpm: Bpm;
  readonly seed: number;
  /** One of the pack's styles; `''`: its own choice. */
  readonly style: string;
  /** What was played before; it ends where the piece begins, and is not part of it. */
  readonly prompt?: Score;
}

/** A piece as a deck plays it, as a MIDI file. Errors: what the pack's load throws, or what went wrong while it played. */
export async function renderPiece(voices: VoiceSource, { pack, bars, bpm, seed, style, prompt }: PieceWishes): Promise<Uint8Array> {
  const take = new OfflineTake(voices, bpm);
  const faults: string[] = [];
  take.parameters.onEvent((event) => {
    if (event.type === 'error') faults.push(event.sentence);
  });
  await take.parameters.write('deck/1/seed', [seed], 'bench');
  await take.start(pack, prompt);
  if (style !== '') await take.parameters.write('deck/1/style', [style], 'bench');
  await take.playUntil(bars * beatsPerBar);
  await take.end();
  if (faults.length > 0) throw new ContinuoError('modelFailed', `${pack} did not play piece ${seed} to its end: ${faults[0]}`);
  return writeRender({ ...take.recorder.score(), tempos: take.tempos(0) }, { title: `${pack}, seed ${seed}` });
}
