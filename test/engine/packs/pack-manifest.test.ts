import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { packManifestSchema, readPackManifest } from '../../../src/engine/packs/pack-manifest.js';
import { describeIssues } from '../../../src/engine/plugins/describe-issues.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { listed, manifestFor } from './pack-workshop.js';

function faultOf(change: Record<string, unknown>): string {
  const parsed = packManifestSchema.safeParse({ ...manifestFor('pack'), ...change });
  return parsed.success ? '' : describeIssues(parsed.error);
}

describe('packManifestSchema', () => {
  it('completes what is left out', () => {
    const manifest = packManifestSchema.parse(manifestFor('pack'));
    assert.deepEqual(manifest.sampling, {});
    assert.deepEqual(manifest.generation, { keyNormalised: false, events: ['note'], tracks: [], setup: [] });
    assert.deepEqual(manifest.tokenizer, { plugin: 'test-tokens', options: {}, files: {} });
  });

  it('reads the packs of the test fixtures', async () => {
    const manifest = await readPackManifest(join(repositoryRoot, 'test/fixtures/packs/tiny-lm'));
    assert.equal(manifest.name, 'tiny-lm');
    assert.equal(manifest.generation.tracks.length, 3);
  });

  it('refuses unknown keys, except among the facts of training', () => {
    assert.match(faultOf({ licens: 'x' }), /licens/);
    assert.match(faultOf({ sampling: { topp: 1 } }), /topp/);
    assert.match(faultOf({ sampling: { attributeTemperature: { pich: 1 } } }), /pich/);
    assert.match(faultOf({ generation: { bars: 1 } }), /bars/);
    assert.match(faultOf({ budget: { seconds: 1 } }), /seconds/);
    assert.match(faultOf({ model: { plugin: 'test-model', files: { cpu: 'step.onnx' }, weights: 'x' } }), /weights/);
    assert.equal(faultOf({ training: { data: [{ name: 'x', licence: 'y', composers: 3 }], epochs: 2 } }), '');
  });

  it('refuses another format', () => {
    assert.match(faultOf({ format: 2 }), /format: must be 1/);
  });

  it('wants either tokenizer and model or a composer', () => {
    const composer = { plugin: 'test-composer' };
    assert.equal(faultOf({ tokenizer: undefined, model: undefined, composer }), '');
    assert.match(faultOf({ composer }), /either tokenizer and model, or composer/);
    assert.match(faultOf({ model: undefined }), /either tokenizer and model, or composer/);
    assert.match(faultOf({ model: undefined, composer }), /either tokenizer and model, or composer/);
  });

  it('refuses paths that leave the pack', () => {
    for (const path of ['../x', '/etc/passwd', 'a/../../x', 'C:/x', 'a\\x', './x', 'a//x', '']) {
      assert.match(faultOf({ files: [listed('step.onnx', 'weights'), listed(path, '')] }), /files\.1\.path/, path);
    }
    assert.equal(faultOf({ files: [listed('step.onnx', 'weights'), listed('tables/a..b.json', '')] }), '');
  });

  it('wants a hash for every file a plugin is given', () => {
    assert.match(faultOf({ files: [] }), /model\.files\.cpu: step\.onnx is not listed in files/);
    assert.match(faultOf({ files: [{ ...listed('step.onnx', 'weights'), sha256: 'abc' }] }), /64 lower-case hexadecimal digits/);
  });

  it('names another pack to go on where the device is lost', () => {
    assert.equal(faultOf({ fallback: 'small-pack' }), '');
    assert.match(faultOf({ fallback: 'pack' }), /fallback: must be another pack/);
    assert.match(faultOf({ fallback: 'Small Pack' }), /fallback: must be dash-case/);
  });

  it('wants sampling values in their ranges', () => {
    assert.match(faultOf({ sampling: { topP: 1.1 } }), /sampling\.topP/);
    assert.match(faultOf({ sampling: { temperature: -1 } }), /sampling\.temperature/);
    assert.equal(faultOf({ sampling: { temperature: 0.9, attributeTemperature: { pitch: 1.2 } } }), '');
  });
});

describe('readPackManifest', () => {
  it('says which file is no JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'continuo-manifest-'));
    await writeFile(join(folder, 'pack.json'), '{ "format": 1, ');
    await assert.rejects(
      readPackManifest(folder),
      (error) => error instanceof ContinuoError && error.errorName === 'badPack' && error.message.includes(join(folder, 'pack.json')),
    );
    await rm(folder, { recursive: true });
  });
});
