import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { CounterRandom } from '../../../../src/engine/generation/sampling/counter-random.js';
import { GrammarSampler } from '../../../../src/engine/generation/sampling/grammar-sampler.js';
import type { TokenSampling } from '../../../../src/engine/generation/sampling/token-sampler.js';

const open: TokenSampling = { temperature: 1, topP: 1, topK: 0, minP: 0 };

function allow(size: number, ids: readonly number[], biases: readonly number[] = []): AllowedTokens {
  const allowed = new AllowedTokens(size);
  ids.forEach((id, index) => allowed.add(id, biases[index] ?? 0));
  return allowed;
}

/** The plain way: softmax over the allowed ids, sorted; then the three cuts. */
function distribution(logits: Float32Array, allowed: AllowedTokens, sampling: TokenSampling): Map<number, number> {
  const entries = Array.from({ length: allowed.count }, (_, index) => ({
    id: allowed.ids[index],
    weight: Math.exp(logits[allowed.ids[index]] / sampling.temperature + allowed.biases[index]),
  })).sort((a, b) => b.weight - a.weight || a.id - b.id);
  const able = entries.filter(({ weight }) => weight >= sampling.minP * entries[0].weight);
  const total = able.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  const kept = able.filter(({ weight }, rank) => {
    const keep = (sampling.topK === 0 || rank < sampling.topK) && before <= sampling.topP * total;
    before += weight;
    return keep;
  });
  const mass = kept.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(kept.map(({ id, weight }) => [id, weight / mass]));
}

describe('GrammarSampler', () => {
  const logits = Float32Array.from([1, 3, 2, 0, -1, 3, 2.5, 0.5]);
  const sampler = new GrammarSampler(3406);

  it('is greedy at temperature 0, takes no chance and prefers the lower id', () => {
    const random = new CounterRandom(1);
    assert.equal(sampler.sample(logits, allow(8, [5, 1, 2]), { ...open, temperature: 0 }, random), 1);
    assert.equal(sampler.sample(logits, allow(8, [0, 3], [0, 2]), { ...open, temperature: 0 }, random), 3);
    assert.equal(random.counter, 0);
  });

  it('draws each id as often as the cuts leave it', () => {
    const settings: TokenSampling[] = [
      open,
      { ...open, temperature: 0.6 },
      { ...open, topK: 3 },
      { ...open, topP: 0.7 },
      { ...open, topP: 0 },
      { ...open, minP: 0.3 },
      { temperature: 1.4, topP: 0.9, topK: 4, minP: 0.1 },
    ];
    const allowed = allow(8, [7, 1, 2, 3, 5, 6], [0.5, 0, -1, 0, 0.25, 0]);
    for (const sampling of settings) {
      const expected = distribution(logits, allowed, sampling);
      const random = new CounterRandom(11);
      const drawn = new Map<number, number>();
      const draws = 20_000;
      for (let draw = 0; draw < draws; draw += 1) {
        const id = sampler.sample(logits, allowed, sampling, random);
        drawn.set(id, (drawn.get(id) ?? 0) + 1);
      }
      for (const id of new Set([...expected.keys(), ...drawn.keys()])) {
        const share = (drawn.get(id) ?? 0) / draws;
        assert.ok(Math.abs(share - (expected.get(id) ?? 0)) < 0.015, `id ${id}: ${share} of ${expected.get(id)}`);
      }
      assert.equal(random.counter, draws);
    }
  });

  it('never leaves the ids that the grammar and the cuts allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 64, maxLength: 64 }),
        fc.uniqueArray(fc.nat(63), { minLength: 1 }),
        fc.record({
          temperature: fc.double({ min: 0, max: 3, noNaN: true }),
          topP: fc.double({ min: 0, max: 1, noNaN: true }),
          topK: fc.nat(70),
          minP: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.nat(),
        (values, ids, sampling, seed) => {
          const id = sampler.sample(Float32Array.from(values), allow(64, ids), sampling, new CounterRandom(seed));
          assert.ok(ids.includes(id));
          if (sampling.topK === 1) assert.ok(Math.max(...ids.map((each) => values[each])) - values[id] < 1e-9);
        },
      ),
    );
  });

  it('does not mind forbidden ids, whatever their logits', () => {
    const wild = Float32Array.from([NaN, 1, Infinity, 1.5, -Infinity]);
    const id = sampler.sample(wild, allow(5, [1, 3]), open, new CounterRandom(3));
    assert.ok(id === 1 || id === 3);
  });

  it('passes over an allowed id that is impossible', () => {
    const random = new CounterRandom(4);
    for (let draw = 0; draw < 50; draw += 1) {
      assert.equal(sampler.sample(Float32Array.from([-Infinity, 1]), allow(2, [0, 1]), open, random), 1);
    }
  });

  it('says so when the model gives no numbers', () => {
    for (const temperature of [0, 1]) {
      assert.throws(
        () => sampler.sample(Float32Array.from([NaN, NaN]), allow(2, [0, 1]), { ...open, temperature }, new CounterRandom(1)),
        (error) => error instanceof ContinuoError && error.errorName === 'modelFailed',
      );
    }
  });
});
