import fc from 'fast-check';
import { drumTreatments } from '../../../../src/engine/deck/shaping/routing.js';
import type { Shaping } from '../../../../src/engine/deck/shaping/shaping.js';
import type { Note } from '../../../../src/engine/music/note.js';

/** Notes on a fine grid, so that none are nearer to each other than a tick. */
export const anyNote: fc.Arbitrary<Note> = fc.record({
  beat: fc.integer({ min: -480, max: 96_000 }).map((tick) => tick / 480),
  duration: fc.integer({ min: 1, max: 4800 }).map((tick) => tick / 480),
  channel: fc.integer({ min: 0, max: 15 }),
  pitch: fc.integer({ min: 0, max: 127 }),
  velocity: fc.integer({ min: 1, max: 127 }),
}, { noNullPrototype: true });

export const anyShaping: fc.Arbitrary<Shaping> = fc.record({
  audible: fc.boolean(),
  routing: fc.record({ channel: fc.integer({ min: 0, max: 16 }), drums: fc.constantFrom(...drumTreatments) }),
  program: fc.integer({ min: -1, max: 127 }),
  transposeSemitones: fc.integer({ min: -48, max: 48 }),
  gain: fc.double({ min: 0, max: 2, noNaN: true }),
  swing: fc.record({ share: fc.double({ min: 0.5, max: 0.75, noNaN: true }), gridBeats: fc.constantFrom(0.25, 0.5) }),
  humanise: fc.record({
    timingBeats: fc.double({ min: 0, max: 0.1, noNaN: true }),
    velocitySpread: fc.integer({ min: 0, max: 40 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  }),
  accents: fc.record({ amount: fc.double({ min: 0, max: 1, noNaN: true }), beatsPerBar: fc.integer({ min: 1, max: 16 }) }),
});
