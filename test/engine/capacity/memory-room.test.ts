import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMemory, graphBytes, memoryNeed, memoryRoom } from '../../../src/engine/capacity/memory-room.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { Pack, PluginUse } from '../../../src/engine/packs/pack.js';

const megabyte = 2 ** 20;
const plugin = { plugin: { kind: 'model', name: 'm', summary: '', capabilities: [], implementation: '' }, options: {}, files: {} } as unknown as PluginUse;

function pack(files: Readonly<Record<string, string>>, listed: readonly (readonly [string, number])[]): Pick<Pack, 'composition' | 'files' | 'summary'> {
  return {
    summary: { name: 'medium', title: '', family: '', licence: '', folder: '/packs/medium' },
    composition: { kind: 'tokens', tokenizer: plugin, model: { ...plugin, files } },
    files: listed.map(([path, bytes]) => ({ path, bytes, sha256: '' })),
  };
}

const medium = pack(
  { cpu: '/packs/medium/event.onnx', token: '/packs/medium/token.onnx', gpu: '/packs/medium/event.fp16.onnx' },
  [['event.onnx', 240 * megabyte], ['token.onnx', 20 * megabyte], ['event.fp16.onnx', 500 * megabyte], ['notes.txt', 900 * megabyte]],
);

describe('the memory a pack needs', () => {
  it('counts the graphs of the CPU alone', () => {
    assert.equal(graphBytes(medium), 260 * megabyte);
    assert.ok(memoryNeed(medium) > 2 * 260 * megabyte && memoryNeed(medium) < 4 * 260 * megabyte);
  });

  it('is nothing for a composer without weights', () => {
    assert.equal(memoryNeed({ composition: { kind: 'composer', composer: plugin }, files: [] }), 0);
    assert.equal(memoryNeed(pack({}, [])), 0);
  });

  it('refuses what does not fit in one sentence that says how much is missing', () => {
    assert.throws(
      () => checkMemory(medium, 300 * megabyte),
      (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable' && /^medium needs about \d+ MB of memory to load and 300 MB are free; close other programs, or load a smaller pack$/.test(error.message),
    );
    assert.doesNotThrow(() => checkMemory(medium, 4000 * megabyte));
  });

  it('knows that this machine has some left', () => {
    assert.ok(memoryRoom() > 0 && Number.isFinite(memoryRoom()));
  });
});
