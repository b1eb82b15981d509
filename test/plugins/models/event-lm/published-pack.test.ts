import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { emptyScore } from '../../../../src/engine/music/score.js';
import { adoptPack } from '../../../../src/engine/packs/adopt-pack.js';
import { PackShelf } from '../../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { PluginRegistry } from '../../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';
import { plainControls } from '../../../engine/contracts/composer-contract.js';
import { fixtures, runtime, tinyContext } from './tiny-events.js';

const example = join(repositoryRoot, 'examples/skytnt-medium/pack.json');

/** The example pack with files of the published interface, small ones. */
describe('a download of SkyTNT’s files', () => {
  let folder: string;
  let shelf: PackShelf;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-download-'));
    const manifest = JSON.parse(await readFile(example, 'utf8')) as { name: string; model: { options: unknown } };
    manifest.model.options = tinyContext('published').options;
    await writeFile(join(folder, 'pack.json'), JSON.stringify({ ...manifest, name: 'downloaded' }));
    for (const name of ['model_base.onnx', 'model_token.onnx']) await copyFile(join(fixtures, 'published', name), join(folder, name));
    shelf = new PackShelf(new PluginRegistry(builtInPlugins), [folder]);
  });
  after(async () => {
    shelf.close();
    await rm(folder, { recursive: true });
  });

  it('is refused until it is adopted', async () => {
    await shelf.read();
    assert.match(shelf.list().find(({ name }) => name === basename(folder))?.fault ?? '', /model_base\.onnx is not listed in files with its hash/);
  });

  it('plays unchanged once it is', async () => {
    const files = await adoptPack(folder);
    assert.deepEqual(files.map(({ path }) => path), ['model_base.onnx', 'model_token.onnx']);
    await shelf.read();
    const pack = await shelf.take('downloaded');
    const composer = new WorkerComposer(toRecipe(pack, { provider: runtime.provider, threads: 1 }));
    try {
      await composer.prepare();
      await composer.prime(emptyScore, 0);
      const span = await composer.compose(4, plainControls, () => false);
      assert.equal(span.untilBeat, 4);
      assert.ok(span.notes.length > 0);
      assert.ok(span.notes.every(({ channel }) => [0, 1, 9].includes(channel)));
    } finally {
      await composer.dispose();
    }
  });

  it('is refused when a file changes after that', async () => {
    await writeFile(join(folder, 'model_token.onnx'), Buffer.alloc((await readFile(join(folder, 'model_token.onnx'))).length));
    await shelf.read();
    await assert.rejects(shelf.take('downloaded'), /SHA-256 of model_token\.onnx/);
  });

  it('cannot be adopted without the files it names', async () => {
    await rm(join(folder, 'model_token.onnx'));
    await assert.rejects(adoptPack(folder), /model_token\.onnx cannot be read: put the file that pack\.json names there/);
    await assert.rejects(adoptPack(join(folder, 'nowhere')), /copy one from examples/);
  });
});
