import fc from 'fast-check';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';

const number = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(Infinity, -Infinity, NaN, 0.1));
const range = fc.record({ low: number, high: number });
const wish = fc.record({ pitchClasses: fc.array(number, { maxLength: 4 }), strict: fc.boolean(), bias: fc.double({ min: 0, max: 9, noNaN: true }) });

/** Constraints with any fields and any numbers in them. */
export const wildConstraint: fc.Arbitrary<MusicConstraint> = fc.record(
  {
    pitchRange: range,
    velocityRange: range,
    durationRange: range,
    maximumRestBeats: number,
    scale: wish,
    chord: wish,
    programs: fc.array(number, { maxLength: 4 }),
    maximumPolyphony: number,
    onsetsPerBeat: range,
    forcedNotes: fc.array(fc.record({ beat: number, duration: number, channel: number, pitch: number, velocity: number }), { maxLength: 6 }),
    tempo: number,
    meter: fc.record({ numerator: number, denominator: number }),
    eventKinds: fc.array(fc.constantFrom('tempo', 'meter', 'end'), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
