import fc from 'fast-check';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import type { Note } from '../../../../src/engine/music/note.js';

const pitchClass = fc.integer({ min: 0, max: 11 });

function range(low: number, high: number, unit = 1): fc.Arbitrary<{ low: number; high: number }> {
  return fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map(([a, b]) => {
    return { low: Math.min(a, b) * unit, high: Math.max(a, b) * unit };
  });
}

function wish(fewest: number): fc.Arbitrary<NonNullable<MusicConstraint['scale']>> {
  return fc.record({
    pitchClasses: fc.uniqueArray(pitchClass, { minLength: fewest, maxLength: 12 }),
    strict: fc.boolean(),
    bias: fc.double({ min: 0, max: 8, noNaN: true }),
  });
}

/** A melody of one voice on the grid, two notes a beat at most, now and then a drum with it. */
const melody: fc.Arbitrary<readonly Note[]> = fc
  .array(
    fc.record({
      rest: fc.integer({ min: 0, max: 40 }),
      steps: fc.integer({ min: 8, max: 60 }),
      channel: fc.constantFrom(0, 3),
      pitch: fc.integer({ min: 0, max: 127 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => {
    let step = 0;
    return parts.map(({ rest, steps, channel, pitch, velocity }) => {
      const beat = (step + rest) / 16;
      step += rest + steps;
      return { beat, duration: steps / 16, channel, pitch, velocity };
    });
  });

/** Constraints that can be kept all together, any of the fields. */
export const sensibleConstraint: fc.Arbitrary<MusicConstraint> = fc.record(
  {
    pitchRange: range(30, 90).map(({ low, high }) => ({ low, high: high + 24 })),
    channels: fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 4 }),
    velocityRange: range(1, 127),
    durationRange: range(1, 64, 1 / 16),
    maximumRestBeats: fc.integer({ min: 1, max: 64 }).map((steps) => steps / 16),
    scale: wish(3),
    chord: wish(1),
    programs: fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 5 }),
    maximumPolyphony: fc.integer({ min: 1, max: 6 }),
    onsetsPerBeat: range(0, 6).map(({ low, high }) => ({ low, high: high + 2 })),
    forcedNotes: melody,
    tempo: fc.integer({ min: 20, max: 255 }),
    meter: fc.record({ numerator: fc.integer({ min: 1, max: 16 }), denominator: fc.constantFrom(2, 4, 8) }),
    eventKinds: fc.subarray(['program', 'control', 'tempo', 'meter', 'key']),
  },
  { requiredKeys: [] },
);
