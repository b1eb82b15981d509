import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { join } from 'node:path';
import { PackShelf } from '../../../../src/engine/packs/pack-shelf.js';
import type { ParameterValue } from '../../../../src/engine/parameters/parameter.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { PluginRegistry } from '../../../../src/engine/plugins/plugin-registry.js';
import { PackVoices } from '../../../../src/engine/voices.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';
import { seededRandom } from '../../contracts/random-walk.js';
import { Stage } from './stage.js';

type Reply = readonly [pitch: number, velocity: number, beats: number, duration: number, channel: number, relaxed: string];

const smallPacks = ['kmeans-piano', 'theremin-pop', 'skytnt-pop'];
const registers = [[36, 60], [48, 72], [60, 84]] as const;
const queries = 24;
/** Above the beats that numbers travel with. */
const tiny = 1e-3;

/**
 * What a pack answers to queries with changing wishes; now and then something else is played than it said. In haste nothing is
 * waited for but the answers, and what happened is told at the very moment of the next query.
 */
async function conversation(voices: PackVoices, pack: string, inHaste: boolean): Promise<readonly Reply[]> {
  const stage = await Stage.with(voices, pack, { 'play-mode': 'query' });
  // Now is where the last thing happened.
  stage.ensemble.transport({ type: 'stop', beat: 0, micros: 0 });
  const random = seededRandom(7);
  const replies: Reply[] = [];
  let wishes: readonly ParameterValue[] = ['low-pitch', 48, 'high-pitch', 72, 'latest', 2];
  try {
    for (let query = 0; query < queries; query += 1) {
      const reply = (await stage.parameters.ask('deck/1/query', wishes, 'test')) as unknown as Reply;
      replies.push(reply);
      const [pitch, velocity, beats, duration, channel] = reply;
      const other = random() < 0.3 ? pitch + 1 + Math.floor(random() * 6) : pitch;
      if (random() < 0.5) {
        const [low, high] = registers[Math.floor(random() * registers.length)];
        wishes = ['low-pitch', low, 'high-pitch', high, 'latest', 2, ...(random() < 0.3 ? ['earliest', 0.5, 'longest', 1] : [])];
      }
      await stage.parameters.write('deck/1/feed', [Math.min(127, other), velocity, beats, duration, channel], 'test');
      if (!inHaste) await stage.deck.settled();
    }
    return replies;
  } finally {
    await stage.ensemble.dispose();
  }
}

describe('a small pack that is queried', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);
  const voices = new PackVoices(shelf, () => ({ provider: 'cpu', threads: 1 }), () => undefined);

  before(() => shelf.read());
  after(() => shelf.close());

  for (const pack of smallPacks) {
    it(`answers in haste what it answers at leisure, and keeps what can be kept: ${pack}`, async () => {
      const [inHaste, atLeisure] = [await conversation(voices, pack, true), await conversation(voices, pack, false)];
      assert.deepEqual(inHaste, atLeisure);
      for (const [pitch, velocity, beats, duration, , relaxed] of inHaste) {
        assert.ok(!relaxed.includes('pitch') && pitch >= 36 && pitch <= 84, `${pitch}, relaxed: ${relaxed}`);
        assert.ok(beats <= 2 + tiny || relaxed.includes('latest'), `after ${beats} beats, relaxed: ${relaxed}`);
        assert.ok(velocity >= 1 && velocity <= 127 && duration > 0);
      }
      assert.ok(inHaste.filter(([, , , , , relaxed]) => relaxed === '').length > queries * 0.8, 'most wishes can be kept');
    });

    it(`says what is to come later where it is wished for: ${pack}`, async () => {
      const stage = await Stage.with(voices, pack, { 'play-mode': 'query' });
      try {
        await stage.parameters.write('deck/1/feed', [60, 80, 0.25, 3], 'test');
        for (const earliest of [0.5, 1, 3.25, 6, 11]) {
          const [, , beats, , , relaxed] = (await stage.parameters.ask('deck/1/query', ['earliest', earliest, 'latest', earliest + 2], 'test')) as unknown as Reply;
          assert.ok(beats >= earliest - tiny && beats <= earliest + 2 + tiny && relaxed === '', `after ${beats} beats, not ${earliest} to ${earliest + 2}; relaxed: ${relaxed}`);
        }
      } finally {
        await stage.ensemble.dispose();
      }
    });
  }
});
