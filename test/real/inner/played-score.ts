import { compareNotes, type Note } from '../../../src/engine/music/note.js';
import type { ControlMark, ProgramMark } from '../../../src/engine/music/score.js';
import type { Beats, Bpm } from '../../../src/engine/music/units.js';

/** What the send thread is given to play: chords, a bass, drums, and a key struck again the moment it ends. */
export const bpm: Bpm = 180;
export const lengthBeats: Beats = 12;

function note(beat: Beats, duration: Beats, channel: number, pitch: number, velocity: number): Note {
  return { beat, duration, channel, pitch, velocity };
}

export const notes: readonly Note[] = Array.from({ length: lengthBeats }, (_, beat) => [
  ...[60, 64, 67].map((pitch, voice) => note(beat, 0.9, 0, pitch + (beat % 5), 70 + voice)),
  note(beat, 0.5, 1, 36 + (beat % 12), 100),
  note(beat + 0.5, 0.5, 1, 36 + (beat % 12), 80),
  note(beat + 1 / 3, 0.25, 2, 72, 64),
  note(beat + 2 / 3, 0.25, 2, 74, 65),
  ...[0, 0.25, 0.5, 0.75].map((step) => note(beat + step, 0.2, 9, step === 0 ? 36 : 42, 90)),
])
  .flat()
  .sort(compareNotes);

export const programs: readonly ProgramMark[] = [
  { beat: 0, channel: 0, program: 4 },
  { beat: 0, channel: 1, program: 33 },
];

export const controls: readonly ControlMark[] = [
  { beat: 0, channel: 0, controller: 7, value: 100 },
  { beat: 8, channel: 0, controller: 7, value: 90 },
];
