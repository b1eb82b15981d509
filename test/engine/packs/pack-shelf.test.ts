import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { listed, manifestFor, PackWorkshop } from './pack-workshop.js';

const settleMilliseconds = 40;
const deadlineMilliseconds = 10_000;

describe('PackShelf', () => {
  let workshop: PackWorkshop;
  let registry: PluginRegistry;
  let shelf: PackShelf;
  let shelves: string;

  beforeEach(() => {
    workshop = new PackWorkshop();
    registry = new PluginRegistry(workshop.plugins);
    shelves = join(workshop.root, 'shelf');
    mkdirSync(shelves);
  });

  afterEach(() => {
    shelf.close();
    workshop.close();
  });

  async function opened(...folders: string[]): Promise<PackShelf> {
    shelf = new PackShelf(registry, folders.length > 0 ? folders : [shelves], settleMilliseconds);
    await shelf.open();
    return shelf;
  }

  const names = (): string[] => shelf.list().map((summary) => summary.name);
  const faultOf = (name: string): string | undefined => shelf.list().find((summary) => summary.name === name)?.fault;

  /** Resolves as soon as the condition holds after a change of the list. */
  async function until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`still ${JSON.stringify(shelf.list())}`)), deadlineMilliseconds);
      const listening = shelf.onChange(() => {
        if (!condition()) return;
        clearTimeout(deadline);
        listening.dispose();
        resolve();
      });
    });
  }

  function weightless(name: string): void {
    registry.register({ ...workshop.plugins[2], name, capabilities: ['weightless'] });
  }

  it('lists folders in order, their packs by name, then the built-in packs', async () => {
    weightless('built-in');
    workshop.pack('second/a');
    workshop.pack('shelf/c');
    workshop.pack('shelf/b');
    mkdirSync(join(shelves, 'no-pack'));
    await opened(shelves, join(workshop.root, 'second'));
    assert.deepEqual(names(), ['b', 'c', 'a', 'built-in']);
    assert.equal(shelf.fallback, 'built-in');
    assert.deepEqual(shelf.faults, []);
  });

  it('puts packs that say where they stand before those that do not, whatever their folder', async () => {
    weightless('built-in');
    workshop.pack('shelf/a');
    workshop.pack('shelf/b', { order: 2 });
    workshop.pack('second/c', { order: 1 });
    await opened(shelves, join(workshop.root, 'second'));
    assert.deepEqual(names(), ['c', 'b', 'a', 'built-in']);
  });

  it('takes a folder that is itself a pack', async () => {
    await opened(workshop.pack('alone'));
    assert.deepEqual(names(), ['alone']);
  });

  it('makes a pack of every composer that needs no files, for as long as it is registered', async () => {
    await opened();
    const registration = registry.register({ ...workshop.plugins[2], name: 'slow-waves', capabilities: ['weightless'] });
    await until(() => names().includes('slow-waves'));
    const pack = await shelf.take('slow-waves');
    assert.equal(pack.summary.title, 'Slow waves');
    assert.equal(pack.composition.kind === 'composer' && pack.composition.composer.plugin.name, 'slow-waves');
    registration.dispose();
    await until(() => !names().includes('slow-waves'));
  });

  it('shows a faulty pack with its sentence and refuses to give it', async () => {
    workshop.pack('shelf/broken', { files: [listed('step.onnx', 'more')] });
    workshop.write('shelf/nonsense/pack.json', 'no JSON');
    await opened();
    assert.match(faultOf('broken') ?? '', /has 7 bytes instead of 4/);
    assert.match(faultOf('nonsense') ?? '', /pack\.json cannot be read/);
    await assert.rejects(shelf.take('broken'), (error) => error instanceof ContinuoError && error.errorName === 'badPack');
  });

  it('names the packs there are when one is unknown', async () => {
    workshop.pack('shelf/there');
    await opened();
    await assert.rejects(
      shelf.take('elsewhere'),
      (error) => error instanceof ContinuoError && error.errorName === 'unknownPack' && /there are there/.test(error.message),
    );
  });

  it('finds damage by itself after opening', async () => {
    workshop.pack('shelf/damaged', { files: [listed('step.onnx', 'wieghts')] });
    await opened();
    await until(() => /is damaged/.test(faultOf('damaged') ?? ''));
  });

  it('never gives a damaged pack', async () => {
    workshop.pack('shelf/damaged', { files: [listed('step.onnx', 'wieghts')] });
    shelf = new PackShelf(registry, [shelves]);
    await shelf.read();
    assert.equal(faultOf('damaged'), undefined);
    await assert.rejects(shelf.take('damaged'), /is damaged/);
    assert.match(faultOf('damaged') ?? '', /is damaged/);
  });

  it('shows a pack that is dropped into a watched folder', async () => {
    await opened();
    cpSync(workshop.pack('made/dropped'), join(shelves, 'dropped'), { recursive: true });
    await until(() => names().includes('dropped'));
    assert.equal((await shelf.take('dropped')).summary.folder, join(shelves, 'dropped'));
  });

  it('shows a pack that is moved into a watched folder, and forgets one that is moved out', async () => {
    await opened();
    renameSync(workshop.pack('made/moved'), join(shelves, 'moved'));
    await until(() => names().includes('moved'));
    renameSync(join(shelves, 'moved'), join(workshop.root, 'away'));
    await until(() => !names().includes('moved'));
  });

  it('recovers a pack whose copy was seen half done', async () => {
    const content = 'weights'.repeat(1000);
    await opened();
    workshop.write('shelf/slow/pack.json', JSON.stringify(manifestFor('slow', content)));
    workshop.write('shelf/slow/step.onnx', content.slice(0, 100));
    await until(() => /has 100 bytes instead of 7000/.test(faultOf('slow') ?? ''));
    appendFileSync(join(shelves, 'slow/step.onnx'), content.slice(100));
    await until(() => names().includes('slow') && faultOf('slow') === undefined);
    await shelf.take('slow');
  });

  it('sees changes in a folder inside a pack', async () => {
    workshop.pack('shelf/deep', { files: [listed('step.onnx', 'weights'), listed('tables/a.json', '{}')] });
    await opened();
    assert.match(faultOf('deep') ?? '', /tables\/a\.json is missing/);
    workshop.write('shelf/deep/tables/a.json', '');
    await until(() => /0 bytes instead of 2/.test(faultOf('deep') ?? ''));
    writeFileSync(join(shelves, 'deep/tables/a.json'), '{}');
    await until(() => faultOf('deep') === undefined);
  });

  it('keeps the first of two packs of one name and says so', async () => {
    weightless('perpetual');
    workshop.pack('shelf/same');
    workshop.pack('shelf/twin', { name: 'same' });
    workshop.pack('shelf/perpetual');
    await opened();
    assert.deepEqual(names(), ['same', 'perpetual']);
    assert.equal(shelf.list()[0].folder, join(shelves, 'same'));
    assert.match(shelf.faults[0], /perpetual in .* is hidden by the built-in one/);
    assert.match(shelf.faults[1], /same in .*twin is hidden by the one in .*same/);
  });

  it('opens without a folder that is not there, and says so', async () => {
    workshop.pack('shelf/good');
    await opened(join(workshop.root, 'nowhere'), shelves);
    assert.deepEqual(names(), ['good']);
    assert.equal(shelf.faults.length, 1);
    assert.match(shelf.faults[0], /nowhere cannot be read; create it/);
  });

  it('is silent after closing', async () => {
    await opened();
    let calls = 0;
    shelf.onChange(() => (calls += 1));
    shelf.close();
    weightless('late');
    rmSync(shelves, { recursive: true });
    assert.equal(calls, 0);
  });
});
