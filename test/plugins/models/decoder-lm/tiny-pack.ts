import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { defaultRuntime } from '../../../../src/engine/generation/composer-recipe.js';
import type { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import type { DecoderOptions } from '../../../../src/plugins/models/decoder-lm/options.js';

export interface TinyPack {
  readonly model: { readonly options: DecoderOptions; readonly files: { readonly cpu: string; readonly cpuGen: string; readonly gpuGen: string } };
}

export const tinyFolder = join(repositoryRoot, 'test/fixtures/packs/tiny-lm');
export const tinyPack = JSON.parse(readFileSync(join(tinyFolder, 'pack.json'), 'utf8')) as TinyPack;
export const runtime: InferenceRuntime = { ...defaultRuntime, provider: 'cpu', notice: () => undefined };

/** What the tiny pack gives its model, with some options changed, and without the graph that writes units. */
export function tinyContext(options: Partial<DecoderOptions> = {}): PluginContext {
  return { options: { ...tinyPack.model.options, ...options }, files: { cpu: join(tinyFolder, tinyPack.model.files.cpu) } };
}

/** The same with it, run by the processor: the one that takes the past, or the one that a GPU is given. */
export function tinyGenContext(role: 'cpuGen' | 'gpuGen' = 'cpuGen'): PluginContext {
  const { options, files } = tinyContext();
  return { options, files: { ...files, cpuGen: join(tinyFolder, tinyPack.model.files[role]) } };
}
