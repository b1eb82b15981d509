import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenRecipe } from '../../../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { WorkerComposer } from '../../../src/engine/generation/worker-composer.js';
import { plainControls, twoBars } from '../contracts/composer-contract.js';
import { nullComposerRecipe, nullTokenRecipe } from './recipes.js';

const never = (): boolean => false;
const rememberingRecipe: TokenRecipe = {
  ...nullTokenRecipe,
  model: { implementation: new URL('./modules/remembering-model.js', import.meta.url).href, options: { vocabularySize: 163, favoured: [] }, files: {} },
};

describe('a state over the thread of a composer', () => {
  it('is kept and recalled as in this thread, and stays whole at home', async () => {
    const music = [];
    for (const composer of [await makeComposer(rememberingRecipe, () => undefined), new WorkerComposer(rememberingRecipe)]) {
      await composer.prepare();
      await composer.prime(twoBars, 8);
      const first = await composer.compose(16, plainControls, never);
      const kept = await composer.keepState?.(12);
      assert.equal(kept?.length, 8);
      const numbers = [...kept];
      await composer.recallState?.(kept, 0.5);
      const second = await composer.compose(24, plainControls, never);
      assert.deepEqual([...kept], numbers);
      await composer.recallState?.(kept, 1);
      music.push([first.notes, second.notes, (await composer.compose(32, plainControls, never)).notes, numbers]);
      await composer.dispose();
    }
    assert.deepEqual(music[1], music[0]);
  });

  it('is none where the composer has none, and cannot be recalled there', async () => {
    for (const recipe of [nullComposerRecipe, nullTokenRecipe]) {
      const composer = new WorkerComposer(recipe);
      await composer.prepare();
      assert.equal(await composer.keepState(0), undefined);
      await assert.rejects(composer.recallState(new Float32Array(8), 1), { errorName: 'badValue' });
      await composer.compose(4, plainControls, never);
      await composer.dispose();
    }
  });
});
