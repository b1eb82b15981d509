import { compareNotes, type Note } from './note.js';
import { pitchOf } from './pitch-name.js';
import type { Beats } from './units.js';

/** Nobody means a longer note or a later beat. */
const furthestBeat: Beats = 4096;
const usualVelocity = 90;

/** Notes that were written down, or what is wrong with them. */
export type WrittenNotes = { readonly notes: readonly Note[]; readonly beats: Beats } | { readonly fault: string };

/**
 * Notes as a person or a program writes them, counted from beat 0. Either words that follow each other, `pitch:beats`, with
 * `+` between the pitches of a chord and `r` for a rest (`C4:1 E4+G4:0.5 r:0.5 60`; a beat where nothing else is said), or
 * JSON: `[{"beat": 0, "pitch": 60, "duration": 1, "velocity": 90, "channel": 0}, …]`, the last three as they like.
 */
export function notesFromText(text: string): WrittenNotes {
  return text.trimStart().startsWith('[') ? fromJson(text) : fromWords(text);
}

function fromWords(text: string): WrittenNotes {
  const notes: Note[] = [];
  let beat: Beats = 0;
  for (const word of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [head, length = '1'] = word.split(':');
    const duration = Number(length);
    if (!isLength(duration) || length === '') return { fault: `"${word}" has no length that can be played; write a pitch, a colon and its beats, such as C4:0.5` };
    if (!/^(r|-)$/i.test(head)) {
      for (const name of head.split('+')) {
        const pitch = pitchOf(name);
        if (pitch === undefined) return { fault: `"${name}" is no pitch; write C4, F#3 or a MIDI number of 0 to 127, and r for a rest` };
        notes.push({ beat, duration, channel: 0, pitch, velocity: usualVelocity });
      }
    }
    beat += duration;
  }
  if (notes.length === 0) return { fault: 'there are no notes in it; write such as C4:1 E4:1 G4:2' };
  return { notes: notes.sort(compareNotes), beats: beat };
}

function fromJson(text: string): WrittenNotes {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch (cause) {
    return { fault: `the JSON cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
  if (!Array.isArray(items) || items.length === 0) return { fault: 'a list of one note or more is wanted' };
  const notes: Note[] = [];
  for (const [index, item] of items.entries()) {
    const { beat, pitch, duration = 1, velocity = usualVelocity, channel = 0 } = (item ?? {}) as Readonly<Record<string, unknown>>;
    const isBeat = isNumber(beat) && beat >= 0 && beat <= furthestBeat;
    if (!isBeat || !isWhole(pitch, 0, 127) || !isLength(duration) || !isWhole(velocity, 1, 127) || !isWhole(channel, 0, 15)) {
      return { fault: `note ${index + 1} of the list needs a beat from 0 on and a pitch of 0 to 127; duration above 0, velocity 1 to 127 and channel 0 to 15 may be said too` };
    }
    notes.push({ beat, duration, channel, pitch, velocity });
  }
  return { notes: notes.sort(compareNotes), beats: Math.max(...notes.map((note) => note.beat + note.duration)) };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown, low: number, high: number): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= low && value <= high;
}

function isLength(value: unknown): value is number {
  return isNumber(value) && value > 0 && value <= furthestBeat;
}
