import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import type { TickScore } from '../../../src/engine/music/tick-score.js';
import { composerContract } from './composer-contract.js';
import { languageModelContract } from './language-model-contract.js';
import { describeTokenizerContract } from './tokenizer-contract.js';

languageModelContract('the null model', () => new NullLanguageModel({ vocabularySize: 40 }), { tolerance: 0 });
languageModelContract('the null model with a limit', () => new NullLanguageModel({ vocabularySize: 40, contextTokens: 100 }), {
  tolerance: 0,
});
composerContract('the null composer', () => new NullComposer(), { constraints: ['pitchRange', 'channels'] });

describe('the null tokenizer', () => {
  const tokenizer = new NullTokenizer();
  const note = (tick: number, duration: number, pitch: number) =>
    ({ type: 'note', tick, duration, channel: 0, pitch, velocity: 80 }) as const;
  const score: TickScore = { ticksPerBeat: 4, tracks: [[note(0, 4, 60), note(4, 2, 64), note(4, 2, 67), note(40, 16, 72)]] };

  describeTokenizerContract('the null tokenizer', {
    make: () => new NullTokenizer(),
    samples: [score],
    capabilities: ['constraint:pitchRange', 'constraint:durationRange', 'constraint:maximumRestBeats', 'constraint:scale', 'attribute:event', 'attribute:time', 'attribute:duration'],
    encodesItsOwnDecoding: true,
  });

  it('reads back what it wrote', () => {
    assert.deepEqual(tokenizer.decode(tokenizer.encode(score)), score);
  });

  it('writes only what its grammar allows', () => {
    const ids = [...tokenizer.encode(score)];
    assert.equal(ids.shift(), tokenizer.vocabulary.start[0]);
    let state = tokenizer.grammar.initial();
    for (const id of ids) state = tokenizer.grammar.advance(state, id);
  });

  it('keeps the frontier of its decoder at the last wait', () => {
    const decoder = tokenizer.startDecoder(100);
    for (const id of tokenizer.encode(score)) decoder.push(id);
    assert.equal(decoder.frontierBeat, 110);
  });
});
