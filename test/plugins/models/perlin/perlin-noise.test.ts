import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NoiseField } from '../../../../src/plugins/models/perlin/noise-field.js';
import { PerlinNoise } from '../../../../src/plugins/models/perlin/perlin-noise.js';

const coordinate = fc.double({ min: -2000, max: 2000, noNaN: true });
const seed = fc.integer();

describe('PerlinNoise', () => {
  it('is 0 on whole coordinates', () => {
    fc.assert(fc.property(seed, fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 }), (seeded, x, y) => {
      const noise = new PerlinNoise(seeded);
      assert.equal(Math.abs(noise.at(x)), 0);
      assert.equal(Math.abs(noise.at2(x, y)), 0);
    }));
  });

  it('stays within -1..1', () => {
    fc.assert(fc.property(seed, coordinate, coordinate, (seeded, x, y) => {
      const noise = new PerlinNoise(seeded);
      assert.ok(Math.abs(noise.at(x)) <= 1);
      assert.ok(Math.abs(noise.at2(x, y)) <= 1);
    }));
  });

  it('is smooth: a thousandth of a step moves it by less than a hundredth', () => {
    fc.assert(fc.property(seed, coordinate, coordinate, (seeded, x, y) => {
      const noise = new PerlinNoise(seeded);
      assert.ok(Math.abs(noise.at(x + 0.001) - noise.at(x)) < 0.01);
      assert.ok(Math.abs(noise.at2(x + 0.001, y) - noise.at2(x, y)) < 0.01);
      assert.ok(Math.abs(noise.at2(x, y + 0.001) - noise.at2(x, y)) < 0.01);
    }));
  });

  it('moves, and differs from seed to seed', () => {
    const walk = (seeded: number): number[] => Array.from({ length: 50 }, (_, step) => new PerlinNoise(seeded).at2(step * 0.37, 0.5));
    assert.ok(Math.max(...walk(1)) > 0.3 && Math.min(...walk(1)) < -0.3);
    assert.notDeepEqual(walk(1), walk(2));
    assert.deepEqual(walk(1), walk(1));
  });
});

describe('NoiseField', () => {
  it('takes the heaviest option where nothing is dared', () => {
    fc.assert(fc.property(seed, coordinate, fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 }), (seeded, position, weights) => {
      const chosen = new NoiseField(seeded).choose(weights, 'chord', position, 0);
      assert.equal(weights[chosen], Math.max(...weights));
    }));
  });

  it('takes every option somewhere where much is dared, the heavier ones more often', () => {
    const counts = [0, 0, 0];
    for (let position = 0; position < 3000; position += 1) counts[new NoiseField(position).choose([6, 3, 1], 'chord', position * 0.7, 1)] += 1;
    assert.ok(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 30, counts.join(' '));
  });

  it('keeps its streams and lanes apart', () => {
    const field = new NoiseField(3);
    const values = [field.value('kick', 1.5), field.value('hat', 1.5), field.value('kick', 1.5, 1), field.value('kick', 1.5, 2)];
    assert.equal(new Set(values).size, values.length);
  });

  it('spreads traits evenly over 0..1', () => {
    const traits = Array.from({ length: 2000 }, (_, seeded) => new NoiseField(seeded).trait(1));
    assert.ok(traits.every((trait) => trait >= 0 && trait < 1));
    const mean = traits.reduce((sum, trait) => sum + trait, 0) / traits.length;
    assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
  });
});
