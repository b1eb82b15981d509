import type { Note } from '../../../src/engine/music/note.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';

/** One MIDI message and when it is due. */
export interface GridEvent {
  readonly kind: 'noteOn' | 'noteOff' | 'clock';
  readonly due: Micros;
  readonly bytes: readonly number[];
}

/** What every scheduler plays: from `start` on, for so many beats. */
export interface Grid {
  readonly bpm: Bpm;
  readonly start: Micros;
  readonly beats: Beats;
}

const chordBeats: Beats = 1 / 4;
const chordNotes = 4;
const clocksPerBeat = 24;

/** A chord of four on every sixteenth. */
export function notesOf({ beats }: Grid): Note[] {
  return Array.from({ length: Math.floor(beats / chordBeats) * chordNotes }, (_, index) => {
    const chord = Math.floor(index / chordNotes);
    const voice = index % chordNotes;
    return { beat: chord * chordBeats, duration: chordBeats / 2, channel: voice, pitch: 48 + ((chord * 7 + voice * 4) % 36), velocity: 90 };
  });
}

/** Notes and MIDI clock as messages, in the order in which they are due. */
export function eventsOf(grid: Grid): GridEvent[] {
  const microsPerBeat = 60_000_000 / grid.bpm;
  const at = (beat: Beats): Micros => grid.start + beat * microsPerBeat;
  const notes = notesOf(grid).flatMap(({ beat, duration, channel, pitch, velocity }): GridEvent[] => [
    { kind: 'noteOn', due: at(beat), bytes: [0x90 | channel, pitch, velocity] },
    { kind: 'noteOff', due: at(beat + duration), bytes: [0x80 | channel, pitch, 64] },
  ]);
  const clocks = Array.from({ length: Math.floor(grid.beats * clocksPerBeat) }, (_, clock): GridEvent => ({ kind: 'clock', due: at(clock / clocksPerBeat), bytes: [0xf8] }));
  return [...clocks, ...notes].sort((one, other) => one.due - other.due);
}
