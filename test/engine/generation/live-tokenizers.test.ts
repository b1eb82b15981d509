import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { PluginDescriptor } from '../../../src/engine/contracts/plugin.js';
import type { TokenRecipe } from '../../../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import type { Composer } from '../../../src/engine/contracts/composer.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { Tokenizer } from '../../../src/engine/contracts/tokenizer.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { beatKmeans } from '../../../src/plugins/tokenizers/beat-kmeans/descriptor.js';
import { miditok } from '../../../src/plugins/tokenizers/remi-bpe/miditok/descriptor.js';
import { remiBpe } from '../../../src/plugins/tokenizers/remi-bpe/descriptor.js';
import { skytntEvents } from '../../../src/plugins/tokenizers/skytnt-events/descriptor.js';
import { theremin } from '../../../src/plugins/tokenizers/theremin/descriptor.js';
import { plainControls, twoBars } from '../contracts/composer-contract.js';
import { plainGeneration } from './null-token-composer.js';

const never = (): boolean => false;
const contextTokens = 1024;
const miditokFile = (name: string): { file: string } => ({ file: join(repositoryRoot, 'test/fixtures/remi-bpe', `${name}.json`) });

/** Every tokenizer, over a model without weights that likes everything about as much. */
const cases: readonly (readonly [name: string, plugin: PluginDescriptor, options: Readonly<Record<string, unknown>>])[] = [
  ['beat-kmeans', beatKmeans, {}],
  ['skytnt-events', skytntEvents, {}],
  ['remi-bpe', remiBpe, {}],
  ['remi-bpe in base symbols', remiBpe, { encoding: 'base' }],
  ['miditok', miditok, miditokFile('remi')],
  ['miditok with learned ids', miditok, miditokFile('remi-bpe')],
  ['theremin', theremin, {}],
];

async function compose(plugin: PluginDescriptor, options: Readonly<Record<string, unknown>>): Promise<Composer> {
  const container = await loadInContainer(plugin, { options: plugin.optionsSchema.parse(options), files: {} });
  const tokenizer = await container.getAsync<Tokenizer>(Tokenizer);
  const model = new NullLanguageModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens });
  const composer = new TokenComposer(tokenizer, model, { generation: { ...plainGeneration, maxRestBeats: 4 }, sampling: {} });
  await composer.prepare();
  return composer;
}

describe('every tokenizer plays live', () => {
  for (const [name, plugin, options] of cases) {
    for (const [past, history, from] of [['nothing', emptyScore, 0], ['two bars', twoBars, 8]] as const) {
      it(`${name} goes on from ${past}, beat by beat, while its context is renewed`, async () => {
        const composer = await compose(plugin, options);
        await composer.prime(history, from);
        const notes: Note[] = [];
        for (let beat = from; beat < from + 24; beat += 2) {
          const span = await composer.compose(beat + 2, plainControls, never);
          assert.deepEqual([span.fromBeat, span.untilBeat], [beat, beat + 2]);
          for (const note of span.notes) assert.ok(note.beat >= beat && note.beat < beat + 2, `a note at ${note.beat} in the beats from ${beat}`);
          notes.push(...span.notes);
        }
        assert.ok(notes.length > 0);
        await composer.rewind(from + 12);
        const again = await composer.compose(from + 14, plainControls, never);
        assert.deepEqual([again.fromBeat, again.untilBeat], [from + 12, from + 14]);
        await composer.dispose();
      });
    }
  }

  it('but for files that write one track after another, which are refused', async () => {
    await assert.rejects(compose(miditok, miditokFile('mmm')), { errorName: 'badPack', message: /cannot play live: .* one track after another/ });
  });

  it('and says what a file takes no notice of', async () => {
    const container = await loadInContainer(miditok, { options: miditokFile('mmm'), files: {} });
    const { size } = (await container.getAsync<Tokenizer>(Tokenizer)).vocabulary;
    const model = new URL('../../../src/engine/contracts/null-language-model-module.js', import.meta.url).href;
    const recipe: TokenRecipe = {
      kind: 'token',
      tokenizer: { implementation: miditok.implementation, options: miditokFile('mmm'), files: {} },
      model: { implementation: model, options: { vocabularySize: size, contextTokens }, files: {} },
      generation: plainGeneration,
      sampling: {},
      runtime: { provider: 'cpu', threads: 1 },
    };
    const notices: string[] = [];
    await assert.rejects(makeComposer(recipe, (sentence) => notices.push(sentence)), { errorName: 'badPack' });
    assert.deepEqual(notices, [
      'the tokenizer of this pack, with the files it has, takes no notice of maximumRestBeats, maximumPolyphony, onsetsPerBeat, forcedNotes',
    ]);
  });
});
