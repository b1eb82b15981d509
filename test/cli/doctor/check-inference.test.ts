import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gpuFinding } from '../../../src/cli/doctor/check-inference.js';
import { attemptProvider, readAttempt } from '../../../src/cli/doctor/provider-attempt.js';

const gpu = { present: true, missing: [], installCommand: 'pip install x' };

describe('what the doctor says of the GPU', () => {
  it('finds nothing wrong with a machine that has none', () => {
    const { state, sentence } = gpuFinding({ ...gpu, present: false }, undefined);
    assert.equal(state, 'off');
    assert.match(sentence, /no NVIDIA GPU/);
  });
  it('believes a model that ran, whatever else it thinks is missing', () => {
    const { state, sentence } = gpuFinding({ ...gpu, missing: ['libcudnn.so.9'] }, { works: true, milliseconds: 812.4 });
    assert.equal(state, 'ready');
    assert.match(sentence, /812 ms/);
  });
  it('names the provider before the libraries, and the libraries before the driver', () => {
    const failed = { works: false, reason: '/onnxruntime_src/cuda_call.cc:154 bool THRW = true CUDA failure 35: driver too old ; GPU=-1 ; hostname=x' } as const;
    assert.match(gpuFinding({ ...gpu, obstacle: 'its provider is not installed', missing: ['libcudart.so.13'] }, failed).sentence, /npm run setup/);
    assert.match(gpuFinding({ ...gpu, missing: ['libcudart.so.13'] }, failed).sentence, /no libcudart\.so\.13.*pip install x.*CONTINUO_CUDA_LIBS/);
    const driver = gpuFinding(gpu, failed);
    assert.equal(driver.state, 'fault');
    assert.match(driver.sentence, /: CUDA failure 35: driver too old; see whether nvidia-smi/);
  });
});

describe('what the trial of a provider means', () => {
  it('is what the probe says', () => {
    assert.deepEqual(readAttempt('{"works":true,"milliseconds":12}\n', 'a warning', 'ended with code 0'), { works: true, milliseconds: 12 });
  });
  it('is its last words and how it ended, where it did not live to say more', () => {
    assert.deepEqual(readAttempt('', 'a warning\nout of memory\n', 'was ended by SIGKILL'), {
      works: false,
      reason: 'the trial was ended by SIGKILL: out of memory',
    });
    assert.deepEqual(readAttempt('', '', 'was ended by SIGSEGV'), { works: false, reason: 'the trial was ended by SIGSEGV' });
  });
  it('is a real model on the CPU of this machine', async () => {
    assert.equal((await attemptProvider('cpu')).works, true);
  });
});
