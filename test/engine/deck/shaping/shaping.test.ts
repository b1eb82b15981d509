import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accentFactor } from '../../../../src/engine/deck/shaping/accents.js';
import { humanBeat, humanVelocity } from '../../../../src/engine/deck/shaping/humanise.js';
import { routedChannel } from '../../../../src/engine/deck/shaping/routing.js';
import { neutralShaping, shapeMusic, shapeNote, shapeProgram } from '../../../../src/engine/deck/shaping/shaping.js';
import { swungBeat } from '../../../../src/engine/deck/shaping/swing.js';
import { transposedPitch } from '../../../../src/engine/deck/shaping/transpose.js';
import { anyNote, anyShaping } from './any-shaping.js';

const beats = fc.double({ min: -64, max: 512, noNaN: true });
const note = { beat: 3, duration: 0.5, channel: 2, pitch: 60, velocity: 80 };

describe('shaping', () => {
  it('leaves music alone by default, to the bit', () => {
    fc.assert(fc.property(fc.array(anyNote), (notes) => {
      assert.deepEqual(shapeMusic({ notes, programs: [], controls: [] }, neutralShaping).notes, notes);
    }));
  });

  it('never loses a note that may be heard, never makes one more, and never leaves what MIDI has', () => {
    fc.assert(fc.property(fc.array(anyNote), anyShaping, (notes, shaping) => {
      const played = shapeMusic({ notes, programs: [], controls: [] }, shaping).notes;
      const heard = notes.filter(({ channel }) => shaping.audible && (channel !== 9 || shaping.routing.drums !== 'off'));
      assert.equal(played.length, heard.length);
      for (const { channel, pitch, velocity, duration } of played) {
        assert.ok(Number.isInteger(channel) && channel >= 0 && channel <= 15);
        assert.ok(Number.isInteger(pitch) && pitch >= 0 && pitch <= 127);
        assert.ok(Number.isInteger(velocity) && velocity >= 1 && velocity <= 127);
        assert.ok(duration > 0);
      }
    }));
  });

  it('keeps the order of what a channel plays, chords together, and ends after beginnings', () => {
    fc.assert(fc.property(anyNote, anyNote, anyShaping, (one, other, shaping) => {
      const heard = { ...shaping, audible: true, routing: neutralShaping.routing };
      const played = [one, { ...other, channel: one.channel }].map((each) => shapeNote(each, heard));
      const order = Math.sign(one.beat - other.beat);
      assert.equal(Math.sign((played[0]?.beat ?? 0) - (played[1]?.beat ?? 0)), order);
    }));
  });

  it('plays a note the same whenever it is asked, so that what is queued anew is what was queued', () => {
    fc.assert(fc.property(anyNote, anyShaping, (each, shaping) => {
      assert.deepEqual(shapeNote(each, shaping), shapeNote({ ...each }, structuredClone(shaping)));
    }));
  });

  it('puts its own program in the place of the pack’s, and leaves the drum kit', () => {
    const shaping = { ...neutralShaping, program: 11 };
    assert.equal(shapeProgram({ beat: 0, channel: 0, program: 4 }, shaping), undefined);
    assert.deepEqual(shapeProgram({ beat: 0, channel: 9, program: 4 }, shaping), { beat: 0, channel: 9, program: 4 });
  });

  it('scales velocities and lets none vanish', () => {
    assert.equal(shapeNote(note, { ...neutralShaping, gain: 0.5 })?.velocity, 40);
    assert.equal(shapeNote(note, { ...neutralShaping, gain: 0.001 })?.velocity, 1);
    assert.equal(shapeNote(note, { ...neutralShaping, gain: 2 })?.velocity, 127);
  });
});

describe('routing', () => {
  it('gathers all but the drums on one channel, or the drums too, or leaves them out', () => {
    assert.equal(routedChannel(5, { channel: 0, drums: 'as-written' }), 5);
    assert.equal(routedChannel(5, { channel: 3, drums: 'as-written' }), 2);
    assert.equal(routedChannel(9, { channel: 3, drums: 'as-written' }), 9);
    assert.equal(routedChannel(9, { channel: 3, drums: 'same-channel' }), 2);
    assert.equal(routedChannel(9, { channel: 0, drums: 'off' }), undefined);
  });
});

describe('transposing', () => {
  it('moves pitches but no drums, and comes back by octaves at the ends', () => {
    assert.equal(transposedPitch({ pitch: 60, channel: 0 }, -7), 53);
    assert.equal(transposedPitch({ pitch: 36, channel: 9 }, -7), 36);
    assert.equal(transposedPitch({ pitch: 126, channel: 0 }, 4), 118);
    assert.equal(transposedPitch({ pitch: 2, channel: 0 }, -48), 2);
  });
});

describe('swing', () => {
  const triplet = { share: 2 / 3, gridBeats: 0.5 };

  it('delays the second of two and leaves the first where it is', () => {
    assert.deepEqual([0, 1, 8].map((beat) => swungBeat(beat, triplet)), [0, 1, 8]);
    assert.ok(Math.abs(swungBeat(4.5, triplet) - (4 + 2 / 3)) < 1e-12);
    assert.ok(Math.abs(swungBeat(-0.5, triplet) - (-1 + 2 / 3)) < 1e-12);
    assert.ok(Math.abs(swungBeat(0.25, { share: 0.75, gridBeats: 0.25 }) - 0.375) < 1e-12);
  });

  it('draws out what falls before the second of two, and presses together what falls after it', () => {
    assert.ok(Math.abs(swungBeat(4.25, triplet) - (4 + 1 / 3)) < 1e-12);
    assert.ok(Math.abs(swungBeat(4.75, triplet) - (4 + 5 / 6)) < 1e-12);
  });

  it('plays nothing before its time, and nothing later than half a grid', () => {
    fc.assert(fc.property(beats, fc.double({ min: 0.5, max: 0.75, noNaN: true }), fc.constantFrom(0.25, 0.5), (beat, share, gridBeats) => {
      const late = swungBeat(beat, { share, gridBeats }) - beat;
      assert.ok(late > -1e-9 && late <= gridBeats / 2 + 1e-9, String(late));
    }));
  });
});

describe('a human hand', () => {
  it('stays within its reach, and has another way in every channel and with every seed', () => {
    const human = { timingBeats: 0.05, velocitySpread: 0, seed: 3 };
    fc.assert(fc.property(beats, fc.integer({ min: 0, max: 15 }), (beat, channel) => {
      assert.ok(Math.abs(humanBeat(beat, channel, human) - beat) <= 0.05 + 1e-9);
    }));
    assert.notEqual(humanBeat(4, 0, human), humanBeat(4, 1, human));
    assert.notEqual(humanBeat(4, 0, human), humanBeat(4, 0, { ...human, seed: 4 }));
  });

  it('is louder and softer by no more than its spread, and comes near it, each note and seed in its own way', () => {
    const human = { timingBeats: 0, velocitySpread: 12, seed: 3 };
    const strength = (pitch: number, seed = human.seed): number => humanVelocity({ beat: 4, duration: 1, channel: 0, pitch, velocity: 80 }, { ...human, seed });
    const strengths = Array.from({ length: 128 }, (_unused, pitch) => strength(pitch));
    assert.ok(Math.max(...strengths) <= 12 && Math.max(...strengths) > 8, String(Math.max(...strengths)));
    assert.ok(Math.min(...strengths) >= -12 && Math.min(...strengths) < -8, String(Math.min(...strengths)));
    assert.notEqual(strength(60, 4), strength(60));
  });
});

describe('accents', () => {
  it('fall on the beats of the bar, the first the strongest', () => {
    const inFour = (beat: number): number => Math.round(accentFactor(beat, { amount: 1, beatsPerBar: 4 }) * 6);
    assert.deepEqual([0, 1, 2, 3, 4, 0.5, 0.25].map(inFour), [8, 6, 7, 6, 8, 5, 4]);
    const inThree = (beat: number): number => Math.round(accentFactor(beat, { amount: 1, beatsPerBar: 3 }) * 6);
    assert.deepEqual([0, 1, 1.5, 2, 3].map(inThree), [8, 6, 5, 6, 8]);
    assert.equal(accentFactor(4, { amount: 0, beatsPerBar: 4 }), 1);
  });
});
