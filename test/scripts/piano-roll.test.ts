import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Note } from '../../src/engine/music/note.js';
import { loadScript } from '../load-script.js';

const { pianoRoll } = await loadScript<{ pianoRoll(notes: readonly Note[], bars: number, title: string): string }>('scripts/docs/piano-roll.js');
const note: Note = { beat: 0, duration: 1, channel: 0, pitch: 60, velocity: 100 };

/** Boxes in the colours of parts. */
function boxes(picture: string): number {
  return [...picture.matchAll(/fill-opacity="[^"]*" d="([^"]*)"/g)].reduce((sum, [, path]) => sum + path.split('z').length - 1, 0);
}

describe('a piano roll', () => {
  it('has a box for each note that begins in its bars', () => {
    const notes = [note, { ...note, beat: 3.5, channel: 1 }, { ...note, beat: 4, velocity: 10 }, { ...note, beat: 8 }, { ...note, beat: -1 }];
    assert.equal(boxes(pianoRoll(notes, 2, 'a take')), 3);
  });
  it('has room for every pitch there is', () => {
    const picture = pianoRoll([{ ...note, pitch: 0 }, { ...note, pitch: 127 }], 1, 'wide');
    const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(picture)?.[1]);
    const tops = [...picture.matchAll(/M[\d.]+ ([\d.-]+)h/g)].map(([, top]) => Number(top));
    assert.ok(Math.min(...tops) >= 0 && Math.max(...tops) < height);
  });
  it('draws nothing of no music, and says any title', () => {
    const picture = pianoRoll([], 4, 'A & <B>');
    assert.equal(boxes(picture), 0);
    assert.ok(picture.includes('<title>A &amp; &lt;B></title>') && !picture.includes('undefined') && !picture.includes('Infinity'));
  });
});
