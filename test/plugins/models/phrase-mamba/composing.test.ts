import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComposeControls } from '../../../../src/engine/contracts/composer.js';
import type { TokenRecipe } from '../../../../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../../../../src/engine/generation/make-composer.js';
import type { Composer } from '../../../../src/engine/contracts/composer.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { emptyScore } from '../../../../src/engine/music/score.js';
import { phraseMamba } from '../../../../src/plugins/models/phrase-mamba/descriptor.js';
import { remiBpe } from '../../../../src/plugins/tokenizers/remi-bpe/descriptor.js';
import { composerContract, plainControls, twoBars } from '../../../engine/contracts/composer-contract.js';
import { runtime, tinyContext, tinyGeneration } from './tiny-phrases.js';

const never = (): boolean => false;

const recipe: TokenRecipe = {
  kind: 'token',
  tokenizer: { implementation: remiBpe.implementation, options: remiBpe.optionsSchema.parse({}), files: {} },
  model: { implementation: phraseMamba.implementation, ...tinyContext() },
  generation: tinyGeneration,
  sampling: {},
  runtime,
};

const made = (): Promise<Composer> => makeComposer(recipe, () => undefined);

composerContract('TokenComposer over phrases', made, {
  constraints: ['pitchRange', 'velocityRange', 'durationRange', 'maximumRestBeats', 'maximumPolyphony', 'scale', 'chord', 'forcedNotes', 'onsetsPerBeat'],
});

describe('TokenComposer over phrases', () => {
  let composer: Composer;

  before(async () => {
    composer = await made();
    await composer.prepare();
  });

  after(() => composer.dispose());

  async function notes(controls: Partial<ComposeControls> = {}, untilBeat = 40): Promise<readonly Note[]> {
    await composer.prime(twoBars, 8);
    return (await composer.compose(untilBeat, { ...plainControls, ...controls }, never)).notes;
  }

  it('plays other music for another seed', async () => {
    const seeds = [1, 2, 3].map((seed) => ({ sampling: { ...plainControls.sampling, seed } }));
    const [one, two, three] = [await notes(seeds[0]), await notes(seeds[1]), await notes(seeds[2])];
    assert.notDeepEqual(one, two);
    assert.notDeepEqual(two, three);
  });

  it('plays other music in another mode and style, from the next bar on', async () => {
    const plain = await notes();
    for (const wish of [{ mode: 'minor' }, { style: 'song' }] as const) assert.notDeepEqual(await notes(wish), plain);
    await composer.prime(twoBars, 8);
    const first = await composer.compose(13, plainControls, never);
    const rest = await composer.compose(40, { ...plainControls, style: 'song' }, never);
    const both = [...first.notes, ...rest.notes];
    assert.deepEqual(both.filter(({ beat }) => beat < 16), plain.filter(({ beat }) => beat < 16));
    assert.notDeepEqual(both, plain);
  });

  it('changes its tempo and its metre in the head of a bar where that is wished for, and plays on', async () => {
    await composer.prime(twoBars, 8);
    const constraint = { tempo: 70, eventKinds: ['note', 'tempo', 'meter'] };
    const span = await composer.compose(72, { ...plainControls, constraint }, never);
    assert.deepEqual(span.tempos?.map(({ bpm }) => bpm), [70]);
    assert.ok(span.notes.some(({ beat }) => beat > 60));
  });

  it('goes on over many bars without a limit', async () => {
    await composer.prime(emptyScore, 0);
    let count = 0;
    for (let beat = 0; beat < 1200; beat += 100) count += (await composer.compose(beat + 100, plainControls, never)).notes.length;
    assert.ok(count > 1200, `${count} notes`);
  });
});
