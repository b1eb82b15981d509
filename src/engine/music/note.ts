import type { Beats } from './units.js';

/** One note in beats. */
export interface Note {
  readonly beat: Beats;
  /** Length in beats, > 0. */
  readonly duration: Beats;
  /** MIDI channel 0..15; 9 is drums by General MIDI. */
  readonly channel: number;
  /** 0..127 */
  readonly pitch: number;
  /** 1..127 */
  readonly velocity: number;
}

export const drumChannel = 9;

/** Order of playing: by beat, then channel, then pitch. */
export function compareNotes(a: Note, b: Note): number {
  return a.beat - b.beat || a.channel - b.channel || a.pitch - b.pitch;
}

/** @example endBeat({ beat: 1, duration: 0.5, ... }) // → 1.5 */
export function endBeat(note: Note): Beats {
  return note.beat + note.duration;
}
