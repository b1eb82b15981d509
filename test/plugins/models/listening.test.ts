import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LanguageModel } from '../../../src/engine/contracts/language-model.js';
import { Tokenizer } from '../../../src/engine/contracts/tokenizer.js';
import type { RecipePart, TokenRecipe } from '../../../src/engine/generation/composer-recipe.js';
import { InferenceRuntime } from '../../../src/engine/generation/onnx/inference-runtime.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { scoreOf, type Score } from '../../../src/engine/music/score.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { plainControls } from '../../engine/contracts/composer-contract.js';

const packs = ['kmeans-piano', 'theremin-pop', 'skytnt-pop', 'skytnt-event', 'musemorphic'];
const never = (): boolean => false;
/** Of 64 ids each. */
const fewRuns = 192;

interface Listener {
  readonly composer: TokenComposer;
  /** Ids that the model was given to read. */
  read(): number;
}

async function part<T>({ implementation, options, files }: RecipePart, contract: symbol): Promise<T> {
  const runtime: InferenceRuntime = { provider: 'cpu', threads: 1, notice: () => undefined };
  const container = await loadInContainer({ implementation }, { options, files }, new Map([[InferenceRuntime, runtime]]));
  return container.getAsync<T>(contract);
}

async function listener(recipe: TokenRecipe): Promise<Listener> {
  const model = await part<LanguageModel>(recipe.model, LanguageModel);
  const composer = new TokenComposer(await part<Tokenizer>(recipe.tokenizer, Tokenizer), model, recipe);
  await composer.prepare();
  let read = 0;
  const extend = model.extend.bind(model);
  model.extend = (tokens) => {
    read += tokens.length;
    return extend(tokens);
  };
  return { composer, read: () => read };
}

/** Chords and a melody of so many beats, as they were heard by `atBeat`: what still sounds ends there. */
function heardBy(atBeat: number): Score {
  const melody = Array.from({ length: Math.max(0, 2 * atBeat) }, (_, index): Note => {
    return { beat: index / 2, duration: 0.45, channel: 0, pitch: 60 + [0, 4, 7, 9, 7, 5, 4, 2][(index * 3) % 8], velocity: 70 + (index % 20) };
  });
  const chords = [0, 4, 7].flatMap((step) => Array.from({ length: Math.ceil(atBeat / 2) }, (_, index): Note => {
    return { beat: index * 2, duration: 2, channel: 0, pitch: 48 + step + [0, 5, 7, 9][index % 4], velocity: 60 };
  }));
  const heard = [...melody, ...chords].filter(({ beat }) => beat < atBeat);
  return scoreOf(heard.map((note) => ({ ...note, duration: Math.min(note.duration, atBeat - note.beat) })));
}

describe('a pack that listens', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);

  before(() => shelf.read());
  after(() => shelf.close());

  for (const pack of packs) {
    describe(pack, () => {
      let hears: Listener;
      let hearsAfresh: Listener;

      before(async () => {
        const recipe = toRecipe(await shelf.take(pack), { provider: 'cpu', threads: 1 }) as TokenRecipe;
        [hears, hearsAfresh] = [await listener(recipe), await listener(recipe)];
      });

      after(() => Promise.all([hears.composer.dispose(), hearsAfresh.composer.dispose()]));

      /** What comes after a past: as one composes who heard it grow, and one who hears it all at once. */
      async function bothAnswer(history: Score, atBeat: number): Promise<void> {
        await hears.composer.prime(history, atBeat);
        const answer = await hears.composer.compose(atBeat + 2, plainControls, never);
        // Another past in between, so that nothing of this one is known.
        await hearsAfresh.composer.prime(scoreOf([{ beat: 0, duration: 1, channel: 0, pitch: 90, velocity: 33 }]), 4);
        await hearsAfresh.composer.prime(history, atBeat);
        assert.deepEqual({ ...answer, tokens: 0, micros: 0 }, { ...(await hearsAfresh.composer.compose(atBeat + 2, plainControls, never)), tokens: 0, micros: 0 });
      }

      it('answers as if it had heard all at once, wherever it is told of what is played', async () => {
        for (const atBeat of [1, 2, 3, 7.5, 8, 9, 12, 16.25, 24, 25, 26]) {
          await hears.composer.prime(heardBy(atBeat), atBeat);
          if (atBeat > 7) await bothAnswer(heardBy(atBeat), atBeat);
        }
      });

      it('answers the same where the last notes were other than it was told', async () => {
        await hears.composer.prime(heardBy(24), 24);
        const history = heardBy(25);
        const otherwise = { ...history, notes: history.notes.map((note) => (note.beat < 21 ? note : { ...note, pitch: note.pitch + 2 })) };
        await bothAnswer(otherwise, 25);
      });

      it('reads little more than what is new, however much was played', async () => {
        const [long, longer] = [heardBy(28), heardBy(29)];
        await hears.composer.prime(long, 28);
        const before = hears.read();
        await hears.composer.prime(longer, 29);
        const again = hears.read() - before;
        await hears.composer.prime(scoreOf([{ beat: 0, duration: 1, channel: 0, pitch: 90, velocity: 33 }]), 4);
        const beforeAll = hears.read();
        await hears.composer.prime(longer, 29);
        const all = hears.read() - beforeAll;
        assert.ok(again <= fewRuns && (again < all || all <= fewRuns), `it read ${again} ids of ${all}`);
      });
    });
  }
});
