import { LanguageModel } from '../../src/engine/contracts/language-model.js';
import { InferenceRuntime } from '../../src/engine/generation/onnx/inference-runtime.js';
import { loadInContainer } from '../../src/engine/plugins/load-in-container.js';
import { decoderLm } from '../../src/plugins/models/decoder-lm/descriptor.js';

/**
 * Times single steps of the plugin decoder-lm, one thread. Arguments: the step graph, its shape as JSON, the ids of
 * context, the steps. Prints a JSON array of milliseconds a step.
 */
async function main([file, shape, contextText, stepText]: readonly string[]): Promise<void> {
  const runtime: InferenceRuntime = { provider: 'cpu', threads: 1, notice: (sentence) => process.stderr.write(`${sentence}\n`) };
  const container = await loadInContainer(decoderLm, { options: JSON.parse(shape), files: { cpu: file } }, new Map([[InferenceRuntime, runtime]]));
  const model = container.get<LanguageModel>(LanguageModel);
  await model.prepare();
  const context = Number(contextText);
  await model.extend(Array.from({ length: context }, (_, index) => index % model.vocabularySize));
  const milliseconds: number[] = [];
  for (let step = 0; step < Number(stepText); step += 1) {
    const started = performance.now();
    await model.extend([step % model.vocabularySize]);
    milliseconds.push(performance.now() - started);
  }
  await model.dispose();
  process.stdout.write(`${JSON.stringify(milliseconds)}\n`);
}

await main(process.argv.slice(2));
