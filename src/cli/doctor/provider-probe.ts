import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Provider, ProviderAttempt } from './provider-attempt.js';

/** An ONNX graph (opset 17) of one node: product = MatMul(a, b), float32 2×2 each. */
const model = Buffer.from(
  'CAg6ZwoXCgFhCgFiEgdwcm9kdWN0IgZNYXRNdWwSB3Byb2R1Y3RaEwoBYRIOCgwIARIICgIIAgoCCAJaEwoBYhIOCgwIARIICgIIAgoCCAJiGQoHcHJvZHVjdBIOCgwIARIICgIIAgoCCAJCBAoAEBE=',
  'base64',
);
const matrix = [1, 2, 3, 4];
const square = [7, 10, 15, 22];

/** The process behind `attemptProvider`: multiplies two matrices on the provider named by its argument. */
async function attempt(provider: Provider): Promise<ProviderAttempt> {
  const begin = performance.now();
  try {
    const session = await InferenceSession.create(model, { executionProviders: [provider] });
    const tensor = new Tensor('float32', Float32Array.from(matrix), [2, 2]);
    const { product } = await session.run({ a: tensor, b: tensor });
    await session.release();
    const right = square.every((value, index) => product.data[index] === value);
    return right ? { works: true, milliseconds: performance.now() - begin } : { works: false, reason: 'it multiplies wrongly' };
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] as Provider))}\n`);
