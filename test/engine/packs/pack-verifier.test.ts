import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { FileDigests } from '../../../src/engine/packs/file-digests.js';
import type { Pack } from '../../../src/engine/packs/pack.js';
import { readPackManifest } from '../../../src/engine/packs/pack-manifest.js';
import { checkPack, verifyPack } from '../../../src/engine/packs/pack-verifier.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { listed, PackWorkshop } from './pack-workshop.js';

describe('pack verification', () => {
  const workshop = new PackWorkshop();
  const registry = new PluginRegistry(workshop.plugins);
  after(() => workshop.close());

  async function check(folder: string): Promise<Pack> {
    return checkPack(folder, await readPackManifest(folder), registry);
  }

  async function refused(verified: Promise<unknown>, sentence: RegExp, errorName = 'badPack'): Promise<void> {
    await assert.rejects(verified, (error) => {
      assert.ok(error instanceof ContinuoError);
      assert.equal(error.errorName, errorName);
      assert.match(error.message, sentence);
      return true;
    });
  }

  it('gives plugins their completed options and absolute files', async () => {
    const folder = workshop.pack('good', { generation: { setup: [[1, 7]] } });
    const pack = await check(folder);
    assert.equal(pack.composition.kind, 'tokens');
    assert.deepEqual(pack.composition.kind === 'tokens' && pack.composition.tokenizer.options, { size: 8 });
    assert.deepEqual(pack.composition.kind === 'tokens' && pack.composition.model.files, { cpu: join(folder, 'step.onnx') });
    assert.deepEqual(pack.summary, { name: 'good', title: 'Title of good', family: 'test', licence: 'CC0-1.0', folder });
    await verifyPack(pack, new FileDigests());
  });

  it('takes a pack that is a composer with its files', async () => {
    const composer = { plugin: 'test-composer', files: { table: 'step.onnx' } };
    const folder = workshop.pack('composer', { tokenizer: undefined, model: undefined, composer });
    const pack = await check(folder);
    assert.equal(pack.composition.kind === 'composer' && pack.composition.composer.files.table, join(folder, 'step.onnx'));
    await verifyPack(pack, new FileDigests());
  });

  it('wants a graph for a model, unless the plugin computes elsewhere', async () => {
    const folder = workshop.pack('graphless', { model: { plugin: 'test-model' } });
    await refused(check(folder), /graphless names no graph for the model test-model; give a file with the role cpu/);
    const elsewhere = workshop.pack('elsewhere', { model: { plugin: 'far-model' }, files: [] });
    const pack = await check(elsewhere);
    assert.deepEqual(pack.composition.kind === 'tokens' && pack.composition.model.files, {});
  });

  it('wants the files that a plugin asks for, whatever they are called', async () => {
    const half = workshop.pack('half', { model: { plugin: 'many-files', files: { reader: 'step.onnx' } } });
    await refused(check(half), /half names no writer for the model many-files; give a file with the role writer in model\.files/);
    const pack = await check(workshop.pack('whole', { model: { plugin: 'many-files', files: { reader: 'step.onnx', writer: 'step.onnx' } } }));
    await verifyPack(pack, new FileDigests());
  });

  it('refuses a missing file', async () => {
    const folder = workshop.pack('missing');
    rmSync(join(folder, 'step.onnx'));
    await refused(check(folder), /missing is not complete: step\.onnx is missing; copy the pack again/);
  });

  it('refuses a folder where a file should be', async () => {
    const folder = workshop.pack('a-folder');
    rmSync(join(folder, 'step.onnx'));
    mkdirSync(join(folder, 'step.onnx'));
    await refused(check(folder), /step\.onnx is missing/);
  });

  it('refuses a file of the wrong size', async () => {
    await refused(check(workshop.pack('short', { files: [listed('step.onnx', 'weights and more')] })), /has 7 bytes instead of 16/);
  });

  it('refuses a link that leads out of the pack', { skip: process.platform === 'win32' && 'links need rights on Windows' }, async () => {
    const outside = workshop.write('outside.onnx', 'weights');
    const folder = workshop.pack('linked');
    rmSync(join(folder, 'step.onnx'));
    symlinkSync(outside, join(folder, 'step.onnx'));
    await refused(check(folder), /reaches outside: step\.onnx is a link/);
  });

  it('refuses an unknown plugin, and says which there are', async () => {
    const folder = workshop.pack('unknown', { tokenizer: { plugin: 'none' } });
    await refused(check(folder), /no tokenizer plugin named none; there are test-tokens/, 'unknownPlugin');
  });

  it('refuses options its plugin refuses', async () => {
    const folder = workshop.pack('options', { tokenizer: { plugin: 'test-tokens', options: { sise: 8 } } });
    await refused(check(folder), /tokenizer options that test-tokens refuses: .*sise/);
  });

  it('refuses a file whose content is another', async () => {
    const pack = await check(workshop.pack('damaged', { files: [listed('step.onnx', 'wieghts')] }));
    await refused(verifyPack(pack, new FileDigests()), /is damaged: the SHA-256 of step\.onnx/);
  });

  it('refuses a tokenizer and a model that do not fit', async () => {
    const model = { plugin: 'test-model', files: { cpu: 'step.onnx' }, options: { vocabularySize: 9 } };
    const pack = await check(workshop.pack('misfit', { model }));
    await refused(verifyPack(pack, new FileDigests()), /tokenizer test-tokens has 8 tokens with its options, the model 9/);
  });

  it('refuses a tokenizer that cannot play live, and says why', async () => {
    const tokenizer = { plugin: 'test-tokens', options: { lacks: ['live', 'constraint:tempo'] } };
    const pack = await check(workshop.pack('not-live', { tokenizer }));
    await refused(verifyPack(pack, new FileDigests()), /the pack not-live cannot play live: .* one track after another/);
  });

  it('refuses setup rows the tokenizer cannot have written', async () => {
    for (const [name, row] of [['odd', [1, 2, 3]], ['high', [1, 8]]] as const) {
      const pack = await check(workshop.pack(`setup-${name}`, { generation: { setup: [row] } }));
      await refused(verifyPack(pack, new FileDigests()), /setup row that is not 2 ids below 8/);
    }
  });
});

describe('FileDigests', () => {
  const workshop = new PackWorkshop();
  after(() => workshop.close());

  it('reads a file again when its time of change differs, and only then', async () => {
    const digests = new FileDigests();
    const path = workshop.write('file', 'one');
    const time = new Date(1_700_000_000_000);
    utimesSync(path, time, time);
    const first = await digests.sha256(path);
    workshop.write('file', 'two');
    utimesSync(path, time, time);
    assert.equal(await digests.sha256(path), first);
    utimesSync(path, time, new Date(1_700_000_001_000));
    assert.equal(await digests.sha256(path), listed('file', 'two').sha256);
  });
});
