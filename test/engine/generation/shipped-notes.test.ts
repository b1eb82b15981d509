import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ComposeControls, NoteAnswer } from '../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import type { Score } from '../../../src/engine/music/score.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { plainControls } from '../contracts/composer-contract.js';

const packs = ['kmeans-piano', 'theremin-pop', 'skytnt-pop', 'skytnt-event'];
const questions = 18;
/** Just after the last note of the past. */
const now = 19.51;
const past: Score = {
  ...emptyScore,
  notes: Array.from({ length: 40 }, (_, index) => ({ beat: index / 2, duration: 0.5, channel: 0, pitch: 60 + ((index * 7) % 12), velocity: 80 })),
  tempos: [{ beat: -512, bpm: 120 }],
};
const never = (): boolean => false;

function controlsOf(question: number, sampling: Partial<ComposeControls['sampling']>): ComposeControls {
  const low = 36 + ((question * 11) % 30);
  const usual = { temperature: 1, topP: 1, topK: 0, minP: 0.001, repetition: 1, attributeTemperature: {} };
  const constraint = { tempo: 120, meter: { numerator: 4, denominator: 4 }, pitchRange: { low, high: low + 20 }, maximumRestBeats: 1 };
  return { ...plainControls, sampling: { ...usual, ...sampling, seed: 1 + (question % 3) }, constraint };
}

describe('a note that a shipped pack is asked for', () => {
  for (const pack of packs) {
    it(`is the same to the bit whatever was asked and composed before: ${pack}`, async () => {
      const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);
      await shelf.read();
      const recipe = toRecipe(await shelf.take(pack), { provider: 'cpu', threads: 1 });
      const sampling = recipe.kind === 'token' ? recipe.sampling : {};
      const [composer, fresh] = [await makeComposer(recipe, () => undefined), await makeComposer(recipe, () => undefined)];
      for (const each of [composer, fresh]) await each.prepare();
      await composer.prime(past, now);
      for (let question = 0; question < questions; question += 1) {
        const fromBeat = now + [0, 0, 0.4, 1.3][question % 4];
        const ask = (one: typeof composer): Promise<NoteAnswer> | undefined => one.nextNote?.({ fromBeat, untilBeat: fromBeat + 32 }, controlsOf(question, sampling));
        if (question % 7 === 3) await composer.compose(now + 2, controlsOf(0, sampling), never);
        await fresh.prime(past, now);
        assert.deepEqual(await ask(composer), await ask(fresh), `question ${question}`);
      }
      for (const each of [composer, fresh]) await each.dispose();
      shelf.close();
    });
  }
});
