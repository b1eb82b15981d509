import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { MersenneTwister } from '../../../../src/engine/generation/sampling/mersenne-twister.js';
import { ReferenceSampler } from '../../../../src/engine/generation/sampling/reference-sampler.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { generatorLogits } from './generator-logits.js';

interface Golden {
  readonly mt19937: readonly { readonly seed: number; readonly random_sample: readonly number[] }[];
  readonly sampler: readonly {
    readonly lcg_seed: number;
    readonly n: number;
    readonly mask_range: readonly [number, number];
    readonly temp: number;
    readonly top_p: number;
    readonly top_k: number;
    readonly rng_seed: number;
    readonly draws: readonly number[];
  }[];
}

const golden = JSON.parse(readFileSync(join(repositoryRoot, 'test/fixtures/generation/sampling.json'), 'utf8')) as Golden;

describe('MersenneTwister', () => {
  it("draws numpy's numbers", () => {
    for (const { seed, random_sample: expected } of golden.mt19937) {
      const random = new MersenneTwister(seed);
      assert.deepEqual(expected.map(() => random.next()), expected);
    }
  });

  it('stays in step after its state has been renewed', () => {
    const random = new MersenneTwister(42);
    let sum = 0;
    for (let draw = 0; draw < 10_000; draw += 1) sum += random.next();
    assert.equal(sum, 4941.595576842995);
  });
});

describe('ReferenceSampler', () => {
  it('draws what the reference draws', () => {
    const sampler = new ReferenceSampler();
    for (const { lcg_seed, n, mask_range: [first, end], temp, top_p, top_k, rng_seed, draws } of golden.sampler) {
      const logits = generatorLogits(lcg_seed, n);
      const allowed = new AllowedTokens(n);
      allowed.addRange(first, end - 1);
      const random = new MersenneTwister(rng_seed);
      const sampling = { temperature: temp, topP: top_p, topK: top_k, minP: 0 };
      assert.deepEqual(draws.map(() => sampler.sample(logits, allowed, sampling, random)), draws);
    }
  });
});
