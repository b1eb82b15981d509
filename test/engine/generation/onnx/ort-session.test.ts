import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { cudaLoadFault, cudaObstacle } from '../../../../src/engine/generation/onnx/cuda-libraries.js';
import { OrtSession } from '../../../../src/engine/generation/onnx/ort-session.js';
import { runtime, tinyContext } from '../../../plugins/models/decoder-lm/tiny-pack.js';

const { files } = tinyContext();

describe('OrtSession', () => {
  it('runs a graph on the processor', async () => {
    const session = await OrtSession.create(files, runtime);
    assert.equal(session.provider, 'cpu');
    assert.equal(session.file, files.cpu);
    assert.deepEqual(session.failures, []);
    const past = session.tensor(new Float32Array(8), [1, 1, 1, 8]);
    const { logits, delta } = await session.run({
      ids: session.tensor(BigInt64Array.of(1n), [1, 1]),
      plen: session.tensor(BigInt64Array.of(0n), [1]),
      past_k0: past,
      past_v0: past,
      past_k1: past,
      past_v1: past,
    });
    assert.deepEqual([logits.length, delta.length], [3406, 32]);
    await session.release();
  });

  it('says what the runtime says of a run that fails', async () => {
    const session = await OrtSession.create(files, runtime);
    await assert.rejects(
      session.run({ ids: session.tensor(BigInt64Array.of(1n), [1, 1]) }),
      (error) => error instanceof ContinuoError && error.errorName === 'modelFailed' && /plen/.test(error.message),
    );
    await session.release();
  });

  it('finds something that works, and says why the faster ones do not', async () => {
    const told: string[] = [];
    const session = await OrtSession.create(files, { ...runtime, provider: 'auto', notice: (sentence) => told.push(sentence) });
    assert.equal(told.length, session.failures.length);
    if (session.failures.length > 0) assert.match(told[0], /cuda is not used/);
    if (cudaObstacle() !== undefined) assert.deepEqual(session.failures, []);
    await session.release();
  });

  it('does not pretend when CUDA is demanded and cannot be had', async (context) => {
    const obstacle = cudaObstacle();
    if (obstacle === undefined) return context.skip('CUDA may be there');
    await assert.rejects(
      OrtSession.create(files, { ...runtime, provider: 'cuda' }),
      (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable' && error.message.includes(obstacle),
    );
  });

  it("knows the loader's own reason", () => {
    if (cudaObstacle() !== undefined) assert.match(cudaLoadFault() ?? '', /\.so|shared|found|image/i);
  });
});
