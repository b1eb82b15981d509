import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrtRefusal, OrtSession } from '../../engine/generation/onnx/ort-session.js';
import type { OrtProvider } from '../../engine/generation/onnx/providers.js';
import type { ProbeAnswer } from './provider-attempt.js';

/** An ONNX graph (opset 17) of one node: product = MatMul(a, b), float32 2×2 each. */
const graph =
  'CAg6ZwoXCgFhCgFiEgdwcm9kdWN0IgZNYXRNdWwSB3Byb2R1Y3RaEwoBYRIOCgwIARIICgIIAgoCCAJaEwoBYhIOCgwIARIICgIIAgoCCAJiGQoHcHJvZHVjdBIOCgwIARIICgIIAgoCCAJCBAoAEBE=';
const shape = [2, 2];
const matrix = [1, 2, 3, 4];
const square = [7, 10, 15, 22];

/** The process behind `attemptProvider`: multiplies two matrices on the provider named by its argument. */
async function attempt(provider: OrtProvider): Promise<ProbeAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-doctor-'));
  try {
    const file = join(folder, 'product.onnx');
    await writeFile(file, Buffer.from(graph, 'base64'));
    return await multiply(file, provider);
  } catch (error) {
    if (error instanceof OrtRefusal) return { works: false, reason: error.failures[error.failures.length - 1].reason };
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function multiply(file: string, provider: OrtProvider): Promise<ProbeAnswer> {
  const begin = performance.now();
  const session = await OrtSession.create({ cpu: file }, { provider, threads: 1, verbose: true, notice: () => undefined });
  const factor = session.tensor(Float32Array.from(matrix), shape);
  const { product } = await session.run({ a: factor, b: factor });
  const milliseconds = performance.now() - begin;
  await session.release();
  const right = square.every((value, index) => product[index] === value);
  return right ? { works: true, milliseconds } : { works: false, reason: 'it multiplies wrongly' };
}

process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] as OrtProvider))}\n`);
