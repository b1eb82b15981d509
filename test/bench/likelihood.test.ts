import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../../bench/likelihood.js';
import type { LanguageModel, ModelMark } from '../../src/engine/contracts/language-model.js';
import { NullTokenizer } from '../../src/engine/contracts/null-tokenizer.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { bitsOf } from '../../src/engine/generation/token-likelihood.js';
import { repositoryRoot } from '../../src/engine/paths.js';

const songs = join(repositoryRoot, 'test/fixtures/beat-kmeans');

/** A model without an opinion, which writes down what it is given. */
class FakeModel implements LanguageModel {
  readonly contextTokens = 4096;
  readonly read: number[] = [];

  constructor(readonly vocabularySize: number) {}

  async prepare(): Promise<void> {
    this.read.length = 0;
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.read.push(...Array.from(tokens));
    return new Float32Array(this.vocabularySize);
  }

  mark(): ModelMark {
    return { tokens: this.read.length };
  }

  rewind(mark: ModelMark | undefined): void {
    this.read.length = mark?.tokens ?? 0;
  }

  async dispose(): Promise<void> {
    this.read.length = 0;
  }
}

describe('the likelihood of notes', () => {
  it('is log2 of the vocabulary for every id when a model has no opinion', async () => {
    const tokenizer = new NullTokenizer();
    const { size } = tokenizer.vocabulary;
    const note = { type: 'note', duration: 480, channel: 0, velocity: 80 } as const;
    const tokens = Array.from(tokenizer.encode({ ticksPerBeat: 480, tracks: [[0, 1, 2, 3, 4, 5].map((beat) => ({ ...note, tick: beat * 480, pitch: 60 + beat }))] }));
    tokens.splice(12);
    const model = new FakeModel(size);
    const { plain, underGrammar, ids, byAttribute } = await bitsOf(tokenizer, model, tokens, 4);
    assert.equal(ids, 8);
    assert.ok(Math.abs(plain - 8 * Math.log2(size)) < 1e-3);
    assert.ok(underGrammar <= plain + 1e-9);
    assert.ok(Math.abs([...byAttribute.values()].reduce((sum, bits) => sum + bits, 0) - underGrammar) < 1e-9);
    assert.deepEqual(model.read, tokens.slice(0, -1));
  });

  it('is told of the same notes for every pack', async () => {
    const { packs } = (await run({ folder: songs, files: '1', bars: '1', pack: 'tiny-lm,tiny-lm-b' })) as {
      packs: { pack: string; notes: number; bitsPerNote: number; plain: number }[];
    };
    const [first, second] = packs;
    assert.equal(first.notes, second.notes);
    assert.ok(first.notes > 0 && first.bitsPerNote > 0 && first.bitsPerNote < first.plain);
    assert.notEqual(first.bitsPerNote, second.bitsPerNote);
  });

  it('wants a folder with songs', async () => {
    const isBadValue = (error: unknown): boolean => error instanceof ContinuoError && error.errorName === 'badValue';
    await assert.rejects(run({ pack: 'tiny-lm' }), isBadValue);
    await assert.rejects(run({ pack: 'tiny-lm', folder: join(songs, 'nowhere') }), isBadValue);
  });
});
