import { NullLanguageModel } from '../../../../src/engine/contracts/null-language-model.js';
import { TokenComposer } from '../../../../src/engine/generation/token-composer.js';
import { composerContract } from '../../../engine/contracts/composer-contract.js';
import { tokenizerOf } from './support.js';

/** The engine's composer over this format and a model without weights. */
function composer(options: object, contextTokens: number): TokenComposer {
  const tokenizer = tokenizerOf(options);
  const model = new NullLanguageModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens });
  return new TokenComposer(tokenizer, model, { generation: { keyNormalised: false, events: [], tracks: [], setup: [] }, sampling: {} });
}

for (const [name, options, contextTokens] of [
  ['velocity', {}, 1024],
  ['base', { mode: 'base' }, 1024],
  ['with a small context', { longestNoteBeats: 3 }, 256],
] as const) {
  composerContract(`TokenComposer over beat-kmeans ${name}`, () => composer(options, contextTokens), {
    constraints: ['pitchRange', 'durationRange', 'maximumRestBeats'],
  });
}
