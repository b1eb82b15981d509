import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { join } from 'node:path';
import type { Note } from '../../../../src/engine/music/note.js';
import { PackShelf } from '../../../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { PluginRegistry } from '../../../../src/engine/plugins/plugin-registry.js';
import { PackVoices } from '../../../../src/engine/voices.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';
import { Stage } from './stage.js';

/** Four bars of quarters, up and down the scale, ending on the tonic, as semitones above it. */
const phrase = [0, 4, 7, 4, 5, 9, 7, 5, 4, 2, 4, 5, 2, -1, 0];
const majorSteps = new Set([0, 2, 4, 5, 7, 9, 11]);
const drumChannel = 9;

/** The first bar that a pack answers with, one bar after a phrase of four in this key. */
async function answerOf(voices: PackVoices, pack: string, tonic: number): Promise<readonly Note[]> {
  const stage = await Stage.with(voices, pack, { 'play-mode': 'answer', 'answer-bars': 1 });
  try {
    stage.willPlay(...phrase.map((step, beat) => [beat, 0.9, 60 + tonic + step] as const));
    await stage.playUntil(20.5);
    return stage.played;
  } finally {
    await stage.ensemble.dispose();
  }
}

/** Share of the notes that are in a major key, drums left out. */
function share(notes: readonly Note[], tonic: number): number {
  const pitched = notes.filter(({ channel }) => channel !== drumChannel);
  return pitched.filter(({ pitch }) => majorSteps.has((pitch - tonic + 120) % 12)).length / Math.max(1, pitched.length);
}

const packs = ['kmeans-piano', 'theremin-pop', 'skytnt-pop', 'skytnt-event', 'musemorphic', 'perlin'];

describe('a shipped pack', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);
  const voices = new PackVoices(shelf, () => ({ provider: 'cpu', threads: 1 }), () => undefined);

  before(() => shelf.read());
  after(() => shelf.close());

  for (const pack of packs) {
    it(`begins its answer on the line after the phrase and knows it: ${pack}`, async () => {
      const [inE, inBFlat] = [await answerOf(voices, pack, 4), await answerOf(voices, pack, 10)];
      for (const answer of [inE, inBFlat]) {
        assert.equal(Math.min(...answer.map(({ beat }) => beat)), 16, 'the first note is on the line');
        assert.ok(answer.every(({ beat }) => beat < 20.001));
      }
      assert.notDeepEqual(inE, inBFlat);
      const [own, other] = [share(inE, 4) + share(inBFlat, 10), share(inE, 10) + share(inBFlat, 4)];
      assert.ok(own > other, `${own / 2} of the notes in the key of the phrase, ${other / 2} in the other`);
    });

    it(`says single notes under wishes, whatever has happened: ${pack}`, async () => {
      const stage = await Stage.with(voices, pack, { 'play-mode': 'query' });
      try {
        for (const [low, high] of [[60, 84], [40, 59], [60, 72]]) {
          const reply = await stage.parameters.ask('deck/1/query', ['low-pitch', low, 'high-pitch', high, 'earliest', 0.5], 'test');
          const [pitch, velocity, beats, duration, channel, relaxed] = reply as readonly [number, number, number, number, number, string];
          assert.ok(relaxed.includes('pitch') || (pitch >= low && pitch <= high) || channel === drumChannel, `${pitch} is not ${low} to ${high}; relaxed: ${relaxed}`);
          assert.ok(beats >= 0.49 || relaxed.includes('earliest'), `after ${beats} beats`);
          assert.ok(velocity >= 1 && velocity <= 127 && duration > 0);
          await stage.parameters.write('deck/1/feed', [pitch, velocity, beats, duration, channel], 'test');
        }
      } finally {
        await stage.ensemble.dispose();
      }
    });
  }
});
