import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import { scoreToTicks } from '../../../../src/engine/midi-file/score-ticks.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { scoreOf } from '../../../../src/engine/music/score.js';
import type { TickNote, TickScore } from '../../../../src/engine/music/tick-score.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { BeatKmeansTokenizer } from '../../../../src/plugins/tokenizers/beat-kmeans/beat-tokenizer.js';
import { readCodebook } from '../../../../src/plugins/tokenizers/beat-kmeans/codebook-file.js';
import { Codebook, nothingLearned } from '../../../../src/plugins/tokenizers/beat-kmeans/codebook.js';
import { shippedCodebook, shippedVelocities } from '../../../../src/plugins/tokenizers/beat-kmeans/module.js';
import { optionsSchema } from '../../../../src/plugins/tokenizers/beat-kmeans/options.js';
import { readVelocities } from '../../../../src/plugins/tokenizers/beat-kmeans/velocities-file.js';
import { tableVelocities } from '../../../../src/plugins/tokenizers/beat-kmeans/velocity-table.js';

export const fileNames = ['pop909-326', 'reichardt-rosenhecken', 'bach-bwv858'] as const;
export const shipped = readCodebook(shippedCodebook);
export const anchors = new Codebook(nothingLearned);

export function readMidi(name: (typeof fileNames)[number]): TickScore {
  return readTickScore(readFileSync(join(repositoryRoot, 'test/fixtures/beat-kmeans', `${name}.mid`)));
}

export const learned = readVelocities(shippedVelocities);

export function tokenizerOf(given: object = {}, codebook = shipped): BeatKmeansTokenizer {
  const options = optionsSchema.parse(given);
  return new BeatKmeansTokenizer(codebook, options.velocities === 'table' ? tableVelocities : learned, options);
}

/** A note of channel 0 in frames of a 48th of a beat. */
export function note(start: number, end: number, pitch = 60, velocity = 64): Note {
  return { beat: start / 48, duration: (end - start) / 48, channel: 0, pitch, velocity };
}

export function scoreOfNotes(...notes: readonly Note[]): TickScore {
  return scoreToTicks(scoreOf(notes));
}

export function notesOf(score: TickScore): TickNote[] {
  return score.tracks.flat().filter((event): event is TickNote => event.type === 'note');
}

/** Notes as `[start, end, pitch, velocity]` in frames. */
export function framesOf(score: TickScore): number[][] {
  const frame = (tick: number): number => (tick * 48) / score.ticksPerBeat;
  return notesOf(score).map(({ tick, duration, pitch, velocity }) => [frame(tick), frame(tick + duration), pitch, velocity]);
}
