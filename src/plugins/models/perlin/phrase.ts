import type { Note } from '../../../engine/music/note.js';
import { writeAccompaniment } from './accompaniment.js';
import { writeBass } from './bass.js';
import { writeDrums } from './drums.js';
import { writeMelody } from './melody.js';
import type { Part } from './parts.js';
import type { Scene } from './scene.js';

/** All notes of a phrase in beats from its start, in no order, as the parts would play them if nothing were forbidden. */
export function writePhrase(scene: Scene, channels: ReadonlyMap<Part, number>): Note[] {
  const write: Record<Part, (channel: number) => Note[]> = {
    melody: (channel) => writeMelody(scene, channel),
    chords: (channel) => writeAccompaniment(scene, channel),
    bass: (channel) => writeBass(scene, channel),
    drums: () => writeDrums(scene),
  };
  return [...channels].flatMap(([part, channel]) => write[part](channel));
}
