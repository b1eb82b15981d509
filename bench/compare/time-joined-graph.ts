import { readFileSync } from 'node:fs';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import ort from 'onnxruntime-node';

/**
 * Times a graph that joins keys and values itself, in onnxruntime-node, one thread: each run is fed what the last one
 * gave back. Arguments: the graph, the ids of context, the steps. Prints a JSON array of milliseconds a step.
 */
async function main([file, contextText, stepText]: readonly string[]): Promise<void> {
  const session = await ort.InferenceSession.create(readFileSync(file), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const context = Number(contextText);
  const milliseconds: number[] = [];
  let past = emptyPast(session, context);
  for (let step = 0; step < Number(stepText); step += 1) {
    const feeds = {
      token: new ort.Tensor('int64', BigInt64Array.of(BigInt(step)), [1, 1]),
      position: new ort.Tensor('int64', BigInt64Array.of(BigInt(context + step)), [1]),
      time: new ort.Tensor('float32', Float32Array.of(step), [1]),
      ...past,
    };
    const started = performance.now();
    const outputs = await session.run(feeds);
    past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace('past', 'present')]]));
    milliseconds.push(performance.now() - started);
  }
  process.stdout.write(`${JSON.stringify(milliseconds)}\n`);
}

function emptyPast(session: InferenceSession, rows: number): Record<string, Tensor> {
  const pasts = session.inputMetadata.filter(({ name }) => name.startsWith('past_'));
  return Object.fromEntries(
    pasts.map((input) => {
      if (!input.isTensor) throw new TypeError(`${input.name} is no tensor`);
      const shape = input.shape.map((size, axis) => (axis === 2 ? rows : Number(size)));
      return [input.name, new ort.Tensor('float32', new Float32Array(shape.reduce((product, size) => product * size)), shape)];
    }),
  );
}

await main(process.argv.slice(2));
