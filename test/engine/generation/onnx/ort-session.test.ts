import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { cudaObstacle } from '../../../../src/engine/generation/onnx/cuda-libraries.js';
import { libraryFault } from '../../../../src/engine/generation/onnx/native-library.js';
import { OrtSession, type OrtData, type OrtType } from '../../../../src/engine/generation/onnx/ort-session.js';
import { runtime, tinyContext } from '../../../plugins/models/decoder-lm/tiny-pack.js';
import { echoGraph } from './echo-graph.js';

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
    const both = { ...files, gpu: files.cpu };
    const session = await OrtSession.create(both, { ...runtime, provider: 'auto', notice: (sentence) => told.push(sentence) });
    assert.equal(told.length, session.failures.filter(({ tried }) => tried).length);
    if (session.provider === 'cpu' && process.platform === 'linux') {
      assert.deepEqual(session.failures.map(({ provider }) => provider), process.arch === 'x64' ? ['cuda'] : []);
    }
    for (const sentence of told) assert.match(sentence, /is not used for the model, it runs on the CPU: ./);
    await session.release();
  });

  it('leaves the devices alone where the pack has no graph for one', async () => {
    const session = await OrtSession.create(files, { ...runtime, provider: 'auto' });
    assert.equal(session.provider, 'cpu');
    assert.deepEqual(session.failures, []);
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

  it('says what onnxruntime only prints: the library that a device needs and that does not load', async (context) => {
    const fault = libraryFault('libvulkan.so.1');
    if (process.platform !== 'linux' || process.arch !== 'x64' || fault === undefined) return context.skip('WebGPU may be there');
    await assert.rejects(
      OrtSession.create(files, { ...runtime, provider: 'webgpu' }),
      (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable' && /WebGPU.*libvulkan\.so\.1/s.test(error.message),
    );
  });

  it("knows the loader's own reason", () => {
    assert.match(libraryFault('/nowhere/libnothing.so') ?? '', /libnothing/);
  });

  it('gives every type of tensor its own array', async () => {
    const values: Record<OrtType, OrtData> = {
      float32: Float32Array.of(0.5, -2),
      float64: Float64Array.of(0.1, -2),
      float16: Uint16Array.of(0x3c00, 0xc000),
      int64: BigInt64Array.of(-1n, 3406n),
      int32: Int32Array.of(-7, 7),
      bool: Uint8Array.of(1, 0),
      uint8: Uint8Array.of(255, 1),
    };
    const types = Object.keys(values) as OrtType[];
    const folder = await mkdtemp(join(tmpdir(), 'continuo-graph-'));
    const file = join(folder, 'echo.onnx');
    await writeFile(file, echoGraph(types, 2));
    const session = await OrtSession.create({ cpu: file }, runtime);
    session.expect(types.map((type) => ({ name: `${type}_in`, type, shape: [2] })), types.map((type) => ({ name: type, type, shape: [2] })));
    const feeds = Object.fromEntries(types.map((type) => [`${type}_in`, session.tensor(values[type], [2], type === 'uint8' ? type : undefined)]));
    assert.deepEqual({ ...(await session.run<Record<OrtType, OrtData>>(feeds)) }, values);
    await session.release();
    await rm(folder, { recursive: true });
  });

  it('plays the same with threads that sleep as with threads that spin', async () => {
    for (const spinning of [true, false]) {
      const session = await OrtSession.create(files, { ...runtime, threads: 2, spinning });
      assert.equal(session.provider, 'cpu');
      await session.release();
    }
  });
});
