import { readFileSync } from 'node:fs';
import { LanguageModel } from '../../src/engine/contracts/language-model.js';
import { AllowedTokens, type TokenAttribute } from '../../src/engine/contracts/tokenizer.js';
import type { UnitProgram, UnitState } from '../../src/engine/contracts/unit-table.js';
import { InferenceRuntime } from '../../src/engine/generation/onnx/inference-runtime.js';
import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import { GrammarSampler } from '../../src/engine/generation/sampling/grammar-sampler.js';
import { UnitWriter } from '../../src/engine/generation/unit-writer.js';
import { loadInContainer } from '../../src/engine/plugins/load-in-container.js';
import { eventLm } from '../../src/plugins/models/event-lm/descriptor.js';

const sampling = { temperature: 1, topP: 0.98, topK: 20, minP: 0 };
/** First id and number of ids of what a note row says. */
const note: readonly [TokenAttribute, number, number][] = [
  ['event', 3, 1],
  ['time', 9, 128],
  ['time', 137, 16],
  ['track', 2201, 128],
  ['channel', 2329, 16],
  ['pitch', 2345, 128],
  ['velocity', 2473, 128],
  ['duration', 153, 2048],
];

const states: readonly UnitState[] = note.map(([attribute, first, count], column) => ({
  choice: { attribute, ids: Int32Array.from({ length: count }, (_, index) => first + index), biases: new Float32Array(count) },
  next: (column + 1) % note.length,
  path: note.slice(0, column).map(([, id]) => id),
}));

/**
 * Times events of the plugin event-lm. Arguments: the graphs with the roles cpu and token, the model's options as JSON, a
 * JSON file of the ids to read before, the events, the threads. Prints a JSON array of pairs: the milliseconds of an event,
 * by the clock and of processor time.
 */
async function main([cpu, token, options, rowsFile, events, threads]: readonly string[]): Promise<void> {
  const runtime: InferenceRuntime = { provider: 'cpu', threads: Number(threads), notice: (sentence) => process.stderr.write(`${sentence}\n`) };
  const context = { options: eventLm.optionsSchema.parse(JSON.parse(options)), files: { cpu, token } };
  const container = await loadInContainer(eventLm, context, new Map([[InferenceRuntime, runtime]]));
  const model = container.get<LanguageModel>(LanguageModel);
  await model.prepare();
  const write = model.generate ? inOneRun(model) : idById(model);
  let unread: ArrayLike<number> = JSON.parse(readFileSync(rowsFile, 'utf8')) as number[];
  const milliseconds: [number, number][] = [];
  for (let event = 0; event <= Number(events); event += 1) {
    const started = performance.now();
    const used = process.cpuUsage();
    const row = await write(unread);
    unread = Array.from(row).slice(-1);
    const { user, system } = process.cpuUsage(used);
    milliseconds.push([performance.now() - started, (user + system) / 1000]);
  }
  await model.dispose();
  process.stdout.write(`${JSON.stringify(milliseconds.slice(1))}\n`);
}

type Write = (unread: ArrayLike<number>) => Promise<ArrayLike<number>>;

function inOneRun(model: LanguageModel): Write {
  const writer = new UnitWriter(model.vocabularySize);
  const random = new CounterRandom(1);
  return async (unread) => {
    const program: UnitProgram = writer.write({ states, maximumTokens: note.length }, { density: 0.5, sampling: () => sampling, beatsPerId: () => 0 });
    const uniforms = Float64Array.from(states, () => random.next());
    return (model.generate as NonNullable<LanguageModel['generate']>)(unread, program, uniforms);
  };
}

function idById(model: LanguageModel): Write {
  const sampler = new GrammarSampler(model.vocabularySize);
  const allowed = new AllowedTokens(model.vocabularySize);
  const random = new CounterRandom(1);
  return async (unread) => {
    const row: number[] = [];
    let next = unread;
    for (const [, first, count] of note) {
      const logits = await model.extend(next);
      allowed.clear();
      allowed.addRange(first, first + count - 1);
      row.push(sampler.sample(logits, allowed, sampling, random));
      next = row.slice(-1);
    }
    return row;
  };
}

await main(process.argv.slice(2));
