import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { defaultRuntime, type GenerationOptions } from '../../../../src/engine/generation/composer-recipe.js';
import type { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { optionsSchema, type PhraseOptions } from '../../../../src/plugins/models/phrase-mamba/options.js';
import { PhraseLanguageModel } from '../../../../src/plugins/models/phrase-mamba/phrase-language-model.js';

const folder = join(repositoryRoot, 'test/fixtures/packs/tiny-phrases');

interface TinyPack {
  readonly model: { readonly files: Readonly<Record<string, string>>; readonly options?: Partial<PhraseOptions> };
  readonly generation: GenerationOptions;
}

const { model, generation } = JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8')) as TinyPack;

export const runtime: InferenceRuntime = { ...defaultRuntime, provider: 'cpu', notice: () => undefined };
export const tinyFiles: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(model.files).map(([role, file]) => [role, join(folder, file)]));
export { generation as tinyGeneration };

/** What the tiny pack gives its model, with some options or files changed. */
export function tinyContext(options: Partial<PhraseOptions> = {}, files: Readonly<Record<string, string>> = {}): PluginContext {
  return { options: optionsSchema.parse({ ...model.options, ...options }), files: { ...tinyFiles, ...files } };
}

export async function tinyModel(options: Partial<PhraseOptions> = {}): Promise<PhraseLanguageModel> {
  const made = new PhraseLanguageModel(tinyContext(options), runtime);
  await made.prepare();
  return made;
}

export const startId = 1;
export const barId = 4;
/** @param index place among the metres: 1 is 3/4, 2 is 4/4 */
export const meterId = (index: number): number => 245 + index;
/** @param bpm 30, 34 .. 210 */
export const tempoId = (bpm: number): number => 199 + (bpm - 30) / 4;
/** A bar line with 4/4 and 122 bpm in one id. */
export const barWithHeadId = 2215;

/** The ids of a track of some notes in one bar, told by its number. */
export function track(number: number): number[] {
  const notes = Array.from({ length: 2 + (number % 3) }, (_, index) => {
    return [7 + 3 * index, 23 + 60 + ((number * 5 + index * 2) % 12), 151 + 16, 183 + 2];
  });
  return [5, 253, ...notes.flat(), 6];
}

/** A piece of so many bars, each with a head of its own. */
export function piece(bars: number, head: (bar: number) => readonly number[] = () => []): number[] {
  return [startId, ...Array.from({ length: bars }, (_, bar) => [barId, ...head(bar), ...track(bar)]).flat()];
}
