import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { defaultRuntime } from '../../../src/engine/generation/composer-recipe.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Note } from '../../../src/engine/music/note.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { PackVoices } from '../../../src/engine/voices.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';

/** A pack of random weights that goes from bar to bar with a memory, and one that reads its past anew. */
const remembering = 'tiny-phrases';
const forgetful = 'tiny-lm';

describe('the states of a deck', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'test/fixtures/packs')]);
  const notices: string[] = [];

  before(() => shelf.read());
  after(() => shelf.close());

  async function take(pack = remembering) {
    const voices = new PackVoices(shelf, () => ({ ...defaultRuntime, provider: 'cpu' }), (sentence) => notices.push(sentence));
    const offline = new OfflineTake(voices, 120);
    const events: EngineEvent[] = [];
    offline.parameters.onEvent((event) => events.push(event));
    await offline.start(pack);
    const write = async (word: string, ...values: (string | number)[]): Promise<void> => {
      const done = offline.parameters.write(`deck/1/${word}`, values, 'test');
      // A rejection is looked at below, after what the deck does meanwhile.
      done.catch(() => undefined);
      await offline.ensemble.decks[0].settled();
      await done;
    };
    return { offline, events, write };
  }

  /** Music in which a state of bar 2 comes back at bar 4, or does not. */
  async function music(amount: number) {
    const { offline, events, write } = await take();
    await offline.playUntil(6);
    await write('keep-state', 'verse');
    assert.equal(offline.parameters.text('deck/1/states'), 'verse');
    await offline.playUntil(9);
    if (amount > 0) await write('recall-state', 'verse', amount);
    await offline.playUntil(18);
    await offline.end();
    assert.equal(offline.recorder.hanging, 0);
    assert.ok(events.every((event) => event.type !== 'error'));
    return offline.recorder.score().notes;
  }

  it('come back at the next bar that is not committed, and nothing of before changes', async () => {
    const [plain, recalled, again] = [await music(0), await music(0.9), await music(0.9)];
    const nextBar = 12;
    const before = (notes: readonly Note[]): unknown[] => notes.filter(({ beat }) => beat < nextBar).map(({ beat, pitch }) => [beat, pitch]);
    assert.ok(plain.length > 20);
    assert.deepEqual(before(recalled), before(plain));
    assert.notDeepEqual(recalled, plain);
    assert.deepEqual(again, recalled, 'the same doings give the same take');
  });

  it('are told of in a sentence when they cannot be had', async () => {
    const { offline, write } = await take();
    await offline.playUntil(4);
    await assert.rejects(write('recall-state', 'verse'), /Deck 1 keeps no state "verse"; keep one with deck\/1\/keep-state/);
    await assert.rejects(write('keep-state', ' '), /needs a name/);
    await write('keep-state', 'verse');
    await write('keep-state', 2);
    assert.equal(offline.parameters.text('deck/1/states'), 'verse, 2');
    await assert.rejects(write('recall-state', 'verse', 1.5), /must be 0 to 1, not 1.5/);
    await assert.rejects(write('forget-state', 'chorus'), /no state "chorus"; there are verse, 2/);
    await write('forget-state', '2');
    assert.equal(offline.parameters.text('deck/1/states'), 'verse');
    await offline.swap(forgetful, 'bar');
    await offline.playUntil(9);
    await assert.rejects(write('recall-state', 'verse'), /belongs to the pack tiny-phrases and deck 1 plays tiny-lm: load tiny-phrases first/);
    await assert.rejects(write('keep-state', 'bridge'), /The pack tiny-lm has no state that could be kept/);
    await offline.end();
  });

  it('need a pack that plays', async () => {
    const offline = new OfflineTake(new PackVoices(shelf, () => defaultRuntime, () => undefined), 120);
    await assert.rejects(offline.parameters.write('deck/1/keep-state', ['verse'], 'test'), /Deck 1 plays no pack: load one first/);
    await offline.ensemble.dispose();
  });
});
