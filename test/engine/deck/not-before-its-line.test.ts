import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { defaultRuntime } from '../../../src/engine/generation/composer-recipe.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { PackVoices } from '../../../src/engine/voices.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { AttentiveComposer, Stage } from './modes/stage.js';

describe('music that goes on from elsewhere at a line', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'test/fixtures/packs')]);
  before(() => shelf.read());
  after(() => shelf.close());

  for (const [action, ...values] of [['rewind', 1], ['replay']] as const) {
    it(`plays what stands up to the line where a knob is turned after ${action}`, async () => {
      const offline = new OfflineTake(new PackVoices(shelf, () => ({ ...defaultRuntime, provider: 'cpu' }), () => undefined), 120);
      const [deck] = offline.ensemble.decks;
      const write = async (word: string, ...given: readonly number[]): Promise<void> => {
        const done = offline.parameters.write(`deck/1/${word}`, given, 'test');
        await deck.settled();
        await done;
      };
      await offline.start('tiny-lm');
      await offline.parameters.write('commit', [1], 'test');
      await offline.playUntil(16.1);
      await write(action, ...values);
      const standing = deck.plan.from(16).notes.filter(({ beat }) => beat < 20);
      assert.ok(standing.length > 1);
      await offline.playUntil(16.4);
      await write('temperature', 0.5);
      await offline.playUntil(24);
      assert.deepEqual(deck.plan.from(16).notes.filter(({ beat }) => beat < 20), standing);
      assert.ok(deck.plan.from(20).notes.length > 1);
      assert.equal(deck.underruns, 0);
      await offline.end();
    });
  }

  it('plays what stands up to the line where somebody plays after rewind', async () => {
    const composer = new AttentiveComposer();
    const stage = await Stage.begin({ 'play-mode': 'accompany' }, composer);
    stage.willPlay([16.3, 0.3, 60], [17.1, 0.3, 64]);
    stage.at(16.05, () => void stage.parameters.write('deck/1/rewind', [1], 'test'));
    await stage.playUntil(16.1);
    assert.equal(composer.primed.at(-1)?.atBeat, 20);
    const begun = composer.primed.length;
    await stage.playUntil(18.5);
    assert.deepEqual([...new Set(composer.primed.slice(begun).map(({ atBeat }) => atBeat))], [20]);
    await stage.playUntil(22);
    assert.deepEqual(stage.played.map(({ beat }) => beat).filter((beat) => beat >= 14 && beat < 22), [14, 15, 16, 17, 18, 19, 20, 21]);
  });

  it('is that of a deck that plays by itself again, whatever is turned before', async () => {
    const composer = new AttentiveComposer();
    const stage = await Stage.begin({ 'play-mode': 'answer' }, composer);
    await stage.playUntil(4.1);
    stage.deck.modes.notBefore('continue', 8);
    await stage.parameters.write('deck/1/play-mode', ['continue'], 'test');
    await stage.playUntil(4.4);
    assert.equal(composer.primed.at(-1)?.atBeat, 8);
    await stage.parameters.write('deck/1/temperature', [0.5], 'test');
    await stage.playUntil(11);
    assert.deepEqual(stage.played.map(({ beat }) => beat), [8, 9, 10]);
  });
});
