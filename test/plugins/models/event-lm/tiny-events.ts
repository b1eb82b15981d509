import { join } from 'node:path';
import type { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { defaultRuntime } from '../../../../src/engine/generation/composer-recipe.js';
import type { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { EventLanguageModel } from '../../../../src/plugins/models/event-lm/event-lm.js';
import { optionsSchema } from '../../../../src/plugins/models/event-lm/options.js';

export const fixtures = join(repositoryRoot, 'test/fixtures/event-lm');
export const runtime: InferenceRuntime = { ...defaultRuntime, provider: 'cpu', notice: () => undefined };

const vocabularySize = 3406;
const contextTokens = 512;
const net = { layers: 2, keyValueHeads: 1, headDimension: 8 };
const plain = { vocabularySize, contextTokens, hiddenSize: 8, base: { ...net, keyValueHeads: 2 }, token: { layers: 1, keyValueHeads: 1, headDimension: 16 } };
const arithmetic = { layers: 1, keyValueHeads: 1, headDimension: 2 };
const reference = { interface: 'skytnt', contextTokens: 32768, hiddenSize: 1, base: arithmetic, token: arithmetic };

/** Graphs with random weights, made by `continuo_training.tiny_event`; `reference-*` compute what the recorded loop's stand-ins do. */
export const tinyModels = {
  musical: { vocabularySize, contextTokens, hiddenSize: 9, base: net, token: net, memoryLayers: 2 },
  plain,
  published: { ...plain, interface: 'skytnt' },
  'reference-v1': { ...reference, vocabularySize: 3239 },
  'reference-v2': { ...reference, vocabularySize },
} as const;

export type TinyModel = keyof typeof tinyModels;

export function tinyContext(name: TinyModel, options: object = {}): PluginContext {
  const joined = name !== 'musical' && name !== 'plain';
  const [cpu, token] = joined ? ['model_base.onnx', 'model_token.onnx'] : ['event.onnx', 'token.onnx'];
  return {
    options: optionsSchema.parse({ ...tinyModels[name], ...options }),
    files: { cpu: join(fixtures, name, cpu), token: join(fixtures, name, token) },
  };
}

export function tinyModel(name: TinyModel): EventLanguageModel {
  return new EventLanguageModel(tinyContext(name), runtime);
}
