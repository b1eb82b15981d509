import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeMidi, type MidiEvent } from 'midi-file';
import { readTickScore } from '../../../src/engine/midi-file/read-midi-file.js';
import type { TickNote } from '../../../src/engine/music/tick-score.js';

/** Notes as [pitch, order] of a track of note-ons and, negated, note-offs; each at its tick. */
function read(...moments: readonly (readonly [tick: number, ...pitches: number[]])[]): (readonly [number, number | undefined])[] {
  let last = 0;
  const events = moments.flatMap(([tick, ...pitches]) =>
    pitches.map((pitch): MidiEvent => {
      const deltaTime = tick - last;
      last = tick;
      const type = pitch < 0 ? 'noteOff' : 'noteOn';
      return { deltaTime, type, channel: 0, noteNumber: Math.abs(pitch), velocity: 64 };
    }),
  );
  const end: MidiEvent = { deltaTime: 0, meta: true, type: 'endOfTrack' };
  const file = writeMidi({ header: { format: 0, numTracks: 1, ticksPerBeat: 480 }, tracks: [[...events, end]] });
  const notes = readTickScore(Uint8Array.from(file)).tracks[0].filter((event): event is TickNote => event.type === 'note');
  return notes.map(({ pitch, order }) => [pitch, order]);
}

describe('the order in which notes begin', () => {
  it('is not said where it is that of their ends', () => {
    assert.deepEqual(read([0, 60, 64], [10, -60, -64]), [[60, undefined], [64, undefined]]);
    assert.deepEqual(read([0, 60], [5, 64], [10, -64], [20, -60]), [[64, undefined], [60, undefined]]);
  });

  it('is said for the notes of a track in which some that begin together end in another order', () => {
    assert.deepEqual(read([0, 60, 64, 67], [10, -67], [20, -60, -64], [30, 50], [40, -50]), [[67, 2], [60, 0], [64, 1], [50, 3]]);
  });

  it('counts notes without an end', () => {
    assert.deepEqual(read([0, 60, 64], [10, -64]), [[64, 1], [60, 0]]);
  });
});
