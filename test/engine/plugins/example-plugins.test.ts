import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Composer } from '../../../src/engine/contracts/composer.js';
import { scoreOf, type Score } from '../../../src/engine/music/score.js';
import { packManifestSchema } from '../../../src/engine/packs/pack-manifest.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { loadPlugins } from '../../../src/engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { composerContract, plainControls } from '../contracts/composer-contract.js';

const example = join(repositoryRoot, 'examples/plugins/arpeggiator');
const folder = mkdtempSync(join(tmpdir(), 'continuo-example-'));
cpSync(example, join(folder, 'arpeggiator'), { recursive: true });
const never = (): boolean => false;

/** D minor, then G major, held on channel 3. */
const twoChords: Score = scoreOf(
  [[50, 53, 57], [55, 59, 62]].flatMap((pitches, index) =>
    pitches.map((pitch) => ({ beat: index * 4, duration: 4, channel: 3, pitch, velocity: 80 })),
  ),
);

async function make(given: object = {}): Promise<Composer> {
  const registry = new PluginRegistry();
  const { faults } = await loadPlugins(registry, ['./arpeggiator'], folder);
  assert.deepEqual(faults, []);
  const plugin = registry.get('composer', 'arpeggiator');
  const container = await loadInContainer(plugin, { options: plugin.optionsSchema.parse(given), files: {} });
  return container.get<Composer>(Composer);
}

after(() => rmSync(folder, { recursive: true }));

composerContract('the arpeggiator of the examples', make, { constraints: ['pitchRange', 'channels'] });

describe('the example plugin', () => {
  it('breaks the last chord it heard, on that chord’s channel', async () => {
    const composer = await make();
    await composer.prime(twoChords, 8);
    const { notes } = await composer.compose(10, plainControls, never);
    assert.deepEqual(notes.map((note) => note.pitch), [62, 67, 71, 74, 71, 67, 62, 59]);
    assert.ok(notes.every((note) => note.channel === 3));
  });

  it('takes the options of its schema', async () => {
    const composer = await make({ notesPerBeat: 1, pattern: 'down', octaves: 1 });
    await composer.prime(twoChords, 9);
    assert.deepEqual((await composer.compose(12, plainControls, never)).notes.map((note) => note.pitch), [62, 59, 55]);
  });

  it('is a pack of its own name, and can be one with other options', async () => {
    const registry = new PluginRegistry();
    await loadPlugins(registry, [example], '/');
    const shelf = new PackShelf(registry, []);
    await shelf.read();
    assert.deepEqual(shelf.list().map((summary) => summary.name), ['arpeggiator']);
    const readme = readFileSync(join(example, 'README.md'), 'utf8');
    const pack = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text) as { composer?: { options: unknown } });
    const manifest = packManifestSchema.parse(pack.find((document) => document.composer));
    assert.ok(registry.get('composer', 'arpeggiator').optionsSchema.safeParse(manifest.composer?.options).success);
  });
});
