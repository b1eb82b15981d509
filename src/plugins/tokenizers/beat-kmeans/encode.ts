import type { TickScore } from '../../../engine/music/tick-score.js';
import { BeatCells } from './beat-cells.js';
import { beatBuckets } from './beat-tempo.js';
import { CellWriter } from './cell-writer.js';
import type { Codebook } from './codebook.js';
import { IdList } from './id-list.js';
import { notesOnGrid } from './note-frames.js';
import type { BeatKmeansOptions } from './options.js';
import type { VelocityCodec } from './velocity-codec.js';
import { endId, firstTempo, startId } from './vocabulary.js';

/**
 * A score as ids: start, then each beat up to the last sound as its tempo and its cells from the lowest key up, then end.
 * @throws ContinuoError badMidiFile when there is no time base, or more music than a stream may hold.
 */
export function encodeScore(score: TickScore, codebook: Codebook, velocities: VelocityCodec, options: BeatKmeansOptions): Int32Array {
  const cells = new BeatCells(notesOnGrid(score, options.part));
  const writer = new CellWriter(codebook, options.mode === 'velocity' ? velocities : undefined);
  const { beats } = cells;
  const buckets = beatBuckets(score, beats);
  const ids = new IdList();
  const push = (id: number): void => ids.push(id);
  push(startId);
  for (let beat = 0; beat < beats; beat += 1) {
    push(firstTempo + buckets[beat]);
    cells.visitBeat(beat, (cell) => writer.write(cell, push));
  }
  push(endId);
  return ids.toArray();
}
