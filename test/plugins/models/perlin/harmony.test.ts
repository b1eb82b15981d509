import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { beatsPerPhrase, phraseAt, type PhrasePlace } from '../../../../src/plugins/models/perlin/form.js';
import { chordAt, harmonise, type Chord, type Key } from '../../../../src/plugins/models/perlin/harmony.js';
import { NoiseField } from '../../../../src/plugins/models/perlin/noise-field.js';

const key = fc.record({ scaleRoot: fc.integer({ min: 0, max: 11 }), minor: fc.boolean() });
const daring = fc.double({ min: 0, max: 2, noNaN: true });
const phrase = fc.integer({ min: -100, max: 1000 });

function tonicOf({ scaleRoot, minor }: Key): number {
  return (scaleRoot + (minor ? 9 : 0)) % 12;
}

function eachPhrase(law: (chords: readonly Chord[], key: Key, place: PhrasePlace) => void): void {
  fc.assert(fc.property(fc.integer(), phrase, key, daring, (seed, index, inKey, dared) => {
    const place = phraseAt(index * beatsPerPhrase, dared);
    law(harmonise(place, inKey, new NoiseField(seed), dared), inKey, place);
  }));
}

describe('phraseAt', () => {
  it('finds the phrase a beat lies in, before the origin as well', () => {
    fc.assert(fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (ticks) => {
      const beat = ticks / 480;
      const { startBeat } = phraseAt(beat, 1);
      assert.ok(startBeat <= beat && beat < startBeat + beatsPerPhrase);
    }));
  });

  it('states a cycle as A A B A, the A periods near each other and the B far off', () => {
    const materials = [0, 2, 4, 6].map((index) => phraseAt(index * beatsPerPhrase, 1).material);
    assert.ok(Math.abs(materials[1] - materials[0]) < 0.5 && Math.abs(materials[3] - materials[0]) < 0.5);
    assert.ok(Math.abs(materials[2] - materials[0]) > 3);
    assert.deepEqual([0, 2, 4, 6].map((index) => phraseAt(index * beatsPerPhrase, 1).bridge), [false, false, true, false]);
    assert.equal(phraseAt(2 * beatsPerPhrase, 0).material, phraseAt(0, 0).material);
  });
});

describe('harmonise', () => {
  it('covers the phrase without a gap', () => {
    eachPhrase((chords) => {
      let beat = 0;
      for (const chord of chords) {
        assert.equal(chord.beat, beat);
        beat += chord.beats;
      }
      assert.equal(beat, beatsPerPhrase);
    });
  });

  it('builds every chord from the scale it gives with it', () => {
    eachPhrase((chords) => {
      for (const { pitchClasses, scale } of chords) {
        assert.ok(pitchClasses.length >= 3 && new Set(pitchClasses).size === pitchClasses.length);
        assert.ok(pitchClasses.every((pitchClass) => scale.includes(pitchClass)));
        assert.equal(new Set(scale).size, 7);
      }
    });
  });

  it('begins at home and ends an opening phrase on the dominant, outside the bridge', () => {
    eachPhrase((chords, inKey, place) => {
      if (place.bridge || !place.opens) return;
      assert.equal(chords[0].pitchClasses[0], tonicOf(inKey));
      assert.equal(chords[chords.length - 1].pitchClasses[0], (tonicOf(inKey) + 7) % 12);
    });
  });

  it('ends a closing phrase at home by way of the dominant', () => {
    eachPhrase((chords, inKey, place) => {
      if (place.bridge || place.opens) return;
      const last = chords[chords.length - 1];
      assert.deepEqual([last.pitchClasses[0], last.pitchClasses.length], [tonicOf(inKey), 3]);
      assert.ok(chords.some((chord) => chord.pitchClasses[0] === (tonicOf(inKey) + 7) % 12));
    });
  });

  it('leads from the bridge back by the dominant', () => {
    eachPhrase((chords, inKey, place) => {
      if (place.bridge && !place.opens) assert.equal(chords[chords.length - 1].pitchClasses[0], (tonicOf(inKey) + 7) % 12);
    });
  });

  it('gives the dominant of a minor key its leading note', () => {
    eachPhrase((chords, inKey) => {
      const tonic = tonicOf(inKey);
      for (const chord of chords) {
        if (chord.pitchClasses[0] === (tonic + 7) % 12) assert.ok(chord.pitchClasses.includes((tonic + 11) % 12));
      }
    });
  });

  it('moves with the key and with nothing else', () => {
    fc.assert(fc.property(fc.integer(), phrase, key, (seed, index, inKey) => {
      const place = phraseAt(index * beatsPerPhrase, 1);
      const field = new NoiseField(seed);
      const home = harmonise(place, { ...inKey, scaleRoot: 0 }, field, 1);
      const moved = harmonise(place, inKey, field, 1);
      const transposed = home.map((chord) => chord.pitchClasses.map((pitchClass) => (pitchClass + inKey.scaleRoot) % 12));
      assert.deepEqual(moved.map((chord) => chord.pitchClasses), transposed);
    }));
  });

  it('finds the chord of every beat', () => {
    eachPhrase((chords) => {
      for (let beat = 0; beat < beatsPerPhrase; beat += 0.25) {
        const chord = chordAt(chords, beat);
        assert.ok(chord.beat <= beat && beat < chord.beat + chord.beats);
      }
    });
  });
});
