import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import type { TickNote, TickScore } from '../../../../src/engine/music/tick-score.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { bytesModel } from '../../../../src/plugins/tokenizers/theremin/bytes-model.js';
import { NoteScale } from '../../../../src/plugins/tokenizers/theremin/note-scale.js';
import { optionsSchema, type ThereminOptions } from '../../../../src/plugins/tokenizers/theremin/options.js';
import { readModelFile, type SentencePieceModel } from '../../../../src/plugins/tokenizers/theremin/sentencepiece/model-file.js';
import { shippedModelPath } from '../../../../src/plugins/tokenizers/theremin/shipped-model.js';
import { ThereminTokenizer } from '../../../../src/plugins/tokenizers/theremin/theremin-tokenizer.js';

export interface NoteVector {
  readonly start: number;
  readonly end: number;
  readonly pitch: number;
  readonly velocity: number;
  readonly prev_start: number;
  readonly int32: number;
  readonly code_point: number;
  readonly fields: { vel: number; step: number; dur: number; pitch: number };
  readonly decoded: { velocity: number; pitch: number; start: number; end: number };
}

export interface NoteVectors {
  readonly synthetic: NoteVector[];
  readonly files: { file: string; midi_base64: string; first_notes: NoteVector[]; string: string }[];
}

const folder = join(repositoryRoot, 'test/fixtures/theremin');

export const noteVectors = JSON.parse(readFileSync(join(folder, 'midichar.json'), 'utf8')) as NoteVectors;

export function optionsOf(options: Readonly<Record<string, unknown>> = {}): ThereminOptions {
  return optionsSchema.parse(options);
}

export function scaleOf(options: Readonly<Record<string, unknown>> = {}): NoteScale {
  return new NoteScale(optionsOf(options));
}

const models = new Map<string, SentencePieceModel>();

/** `shipped`, `bytes`, or the name of a fixture. */
export function modelOf(name: string): SentencePieceModel {
  if (name === 'bytes') return bytesModel;
  const known = models.get(name);
  if (known !== undefined) return known;
  const path = name === 'shipped' ? shippedModelPath : join(folder, name);
  const model = readModelFile(readFileSync(path), path);
  models.set(name, model);
  return model;
}

export function tokenizerOf(model: string, options: Readonly<Record<string, unknown>> = {}): ThereminTokenizer {
  return new ThereminTokenizer(optionsOf(options), modelOf(model));
}

export function readMidi(name: string): TickScore {
  return readTickScore(readFileSync(join(repositoryRoot, 'test/fixtures/skytnt', `${name}.mid`)));
}

/** The MIDI files inside the vectors. */
export function readVectorMidi(index: number): TickScore {
  return readTickScore(Buffer.from(noteVectors.files[index].midi_base64, 'base64'));
}

export function notesOf(score: TickScore): TickNote[] {
  return score.tracks.flat().filter((event): event is TickNote => event.type === 'note');
}
