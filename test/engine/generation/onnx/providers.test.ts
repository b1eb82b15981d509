import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultThreads } from '../../../../src/engine/generation/composer-recipe.js';
import { platformObstacle, possibleChoices, providers, providersInOrder } from '../../../../src/engine/generation/onnx/providers.js';

const both = { cpu: 'step.int8.onnx', gpu: 'step.fp16.onnx' };

describe('providersInOrder', () => {
  it("tries the platform's own device, then the CPU", () => {
    assert.deepEqual(providersInOrder('auto', both, 'linux', 'x64'), ['cuda', 'cpu']);
    assert.deepEqual(providersInOrder('auto', both, 'linux', 'arm64'), ['cpu']);
    assert.deepEqual(providersInOrder('auto', both, 'win32', 'x64'), ['directml', 'cpu']);
    assert.deepEqual(providersInOrder('auto', both, 'darwin', 'arm64'), ['coreml', 'cpu']);
  });

  it('never tries WebGPU unless it is named', () => {
    for (const platform of ['linux', 'win32', 'darwin']) assert.ok(!providersInOrder('auto', both, platform, 'x64').includes('webgpu'));
    assert.deepEqual(providersInOrder('webgpu', both, 'linux', 'x64'), ['webgpu']);
  });

  it('does what is demanded, and only that', () => {
    for (const provider of providers) assert.deepEqual(providersInOrder(provider, both), [provider]);
  });

  it('tries no device with a graph that was made for the CPU', () => {
    assert.deepEqual(providersInOrder('auto', { cpu: 'step.int8.onnx' }, 'linux', 'x64'), ['cpu']);
  });
});

describe('platformObstacle', () => {
  it('is one sentence for what can never be there', () => {
    assert.equal(platformObstacle('directml', 'linux', 'x64'), 'there is DirectML on Windows, not on linux x64');
    assert.equal(platformObstacle('cuda', 'win32', 'x64'), 'there is CUDA on Linux on x64, not on win32 x64');
    assert.equal(platformObstacle('webgpu', 'linux', 'arm64'), 'there is WebGPU on Linux on x64, Windows and macOS, not on linux arm64');
  });

  it('stands in the way of neither auto nor the CPU', () => {
    for (const platform of ['linux', 'win32', 'darwin', 'freebsd']) {
      assert.equal(platformObstacle('auto', platform, 'x64'), undefined);
      assert.equal(platformObstacle('cpu', platform, 'x64'), undefined);
    }
    assert.deepEqual(possibleChoices().slice(0, 2), ['auto', 'cpu']);
  });
});

describe('defaultThreads', () => {
  it('leaves a core to the notes and takes four at most', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 8, 64].map((cores) => defaultThreads(cores)), [1, 1, 2, 3, 4, 4, 4]);
  });
});
