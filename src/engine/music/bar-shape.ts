import { drumChannel, endBeat, type Note } from './note.js';
import type { Beats } from './units.js';

const gridPerBeat = 4;

/** What a bar is like. */
export interface BarShape {
  /** How long each pitch class sounds in its first half and in its second; 24 numbers. */
  readonly pitches: Float64Array;
  /** How many notes begin on each sixteenth. */
  readonly onsets: Float64Array;
}

/** How much bars have in common, each 0..1. */
export interface Likeness {
  readonly pitches: number;
  readonly onsets: number;
}

/** The shapes of so many bars from a bar line on; notes outside of them are left out. */
export function barShapes(notes: readonly Note[], fromBeat: Beats, beatsPerBar: number, bars: number): readonly BarShape[] {
  const places = Math.ceil(beatsPerBar * gridPerBeat);
  const shapes = Array.from({ length: Math.max(0, bars) }, () => ({ pitches: new Float64Array(24), onsets: new Float64Array(places) }));
  for (const note of notes) {
    const bar = Math.floor((note.beat - fromBeat) / beatsPerBar + 1 / (2 * places));
    const place = Math.round((note.beat - fromBeat - bar * beatsPerBar) * gridPerBeat);
    if (bar >= 0 && bar < bars && place < places) shapes[bar].onsets[place] += 1;
    if (note.channel !== drumChannel) sound(note, fromBeat, beatsPerBar / 2, shapes);
  }
  return shapes;
}

/** Compares bar with bar: pitches half bar by half bar, onsets bar by bar. As many of each as the fewer are; at least one. */
export function likeness(one: readonly BarShape[], other: readonly BarShape[]): Likeness {
  const bars = Math.min(one.length, other.length);
  let [pitches, onsets] = [0, 0];
  for (let bar = 0; bar < bars; bar += 1) {
    pitches += (cosine(one[bar].pitches, other[bar].pitches, 0, 12) + cosine(one[bar].pitches, other[bar].pitches, 12, 24)) / 2;
    onsets += cosine(one[bar].onsets, other[bar].onsets, 0, one[bar].onsets.length);
  }
  return { pitches: pitches / bars, onsets: onsets / bars };
}

function sound(note: Note, fromBeat: Beats, half: Beats, shapes: readonly BarShape[]): void {
  const end = endBeat(note);
  const last = Math.min(2 * shapes.length - 1, Math.ceil((end - fromBeat) / half) - 1);
  for (let index = Math.max(0, Math.floor((note.beat - fromBeat) / half)); index <= last; index += 1) {
    const begins = fromBeat + index * half;
    shapes[index >> 1].pitches[(index % 2) * 12 + (note.pitch % 12)] += Math.max(0, Math.min(begins + half, end) - Math.max(begins, note.beat));
  }
}

function cosine(one: Float64Array, other: Float64Array, from: number, until: number): number {
  let [both, first, second] = [0, 0, 0];
  for (let index = from; index < until; index += 1) {
    both += one[index] * other[index];
    first += one[index] ** 2;
    second += other[index] ** 2;
  }
  return both === 0 ? 0 : both / Math.sqrt(first * second);
}
