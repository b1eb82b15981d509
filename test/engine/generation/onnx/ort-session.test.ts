import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { cudaObstacle } from '../../../../src/engine/generation/onnx/cuda-libraries.js';
import { libraryFault } from '../../../../src/engine/generation/onnx/native-library.js';
import { OrtSession, type OrtData, type OrtType } from '../../../../src/engine/generation/onnx/ort-session.js';
import { runtime, tinyContext } from '../../../plugins/models/decoder-lm/tiny-pack.js';
import { echoGraph } from './echo-graph.js';

const types: readonly OrtType[] = ['float32', 'float64', 'float16', 'int64', 'int32', 'bool', 'uint8'];

const emptyArrays = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array,
};

describe('OrtSession', () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-graph-'));
  const files = { cpu: join(folder, 'echo.onnx') };
  writeFileSync(files.cpu, echoGraph(types, 2));
  after(() => rmSync(folder, { recursive: true }));

  it('runs a graph on the processor', async () => {
    const { files: tiny } = tinyContext();
    const session = await OrtSession.create(tiny, runtime);
    assert.equal(session.provider, 'cpu');
    assert.equal(session.file, tiny.cpu);
    assert.deepEqual(session.failures, []);
    await session.release();
  });

  it('says what the runtime says of a run that fails', async () => {
    const session = await OrtSession.create(files, runtime);
    await assert.rejects(
      session.run({ float32_in: session.tensor(Float32Array.of(1, 2), [2]) }),
      (error) => error instanceof ContinuoError && error.errorName === 'modelFailed' && /int64_in|float64_in/.test(error.message),
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
    const session = await OrtSession.create(files, runtime);
    session.expect(types.map((type) => ({ name: `${type}_in`, type, shape: [2] })), types.map((type) => ({ name: type, type, shape: [2] })));
    const feeds = Object.fromEntries(types.map((type) => [`${type}_in`, session.tensor(values[type], [2], type === 'uint8' ? type : undefined)]));
    assert.deepEqual({ ...(await session.run<Record<OrtType, OrtData>>(feeds)) }, values);
    await session.release();
  });

  it('computes the same with threads that sleep as with threads that spin', async () => {
    const echoes = [];
    for (const spinning of [true, false]) {
      const session = await OrtSession.create(files, { ...runtime, threads: 2, spinning });
      const feeds = Object.fromEntries(types.map((type) => [`${type}_in`, session.tensor(new emptyArrays[type](2), [2], type)]));
      echoes.push(await session.run<Record<OrtType, OrtData>>(feeds));
      await session.release();
    }
    assert.deepEqual(echoes[0], echoes[1]);
  });
});
