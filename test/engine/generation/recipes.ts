import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRuntime, type ComposerRecipe, type GenerationOptions, type TokenRecipe } from '../../../src/engine/generation/composer-recipe.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { decoderLm } from '../../../src/plugins/models/decoder-lm/descriptor.js';
import { skytntEvents } from '../../../src/plugins/tokenizers/skytnt-events/descriptor.js';
import type { CrashOptions } from './modules/crashing-composer.js';
import { plainGeneration } from './null-token-composer.js';

const contracts = (file: string): string => new URL(`../../../src/engine/contracts/${file}`, import.meta.url).href;
const runtime = { ...defaultRuntime, provider: 'cpu' } as const;

export const nullComposerRecipe: ComposerRecipe = {
  kind: 'plugin',
  composer: { implementation: contracts('null-composer-module.js'), options: {}, files: {} },
  runtime,
};

export const nullTokenRecipe: TokenRecipe = {
  kind: 'token',
  tokenizer: { implementation: contracts('null-tokenizer-module.js'), options: {}, files: {} },
  model: { implementation: contracts('null-language-model-module.js'), options: { vocabularySize: 163, contextTokens: 512 }, files: {} },
  generation: plainGeneration,
  sampling: {},
  runtime,
};

export function crashingRecipe(manner: CrashOptions['manner']): ComposerRecipe {
  const implementation = new URL('./modules/crashing-composer.js', import.meta.url).href;
  return { kind: 'plugin', composer: { implementation, options: { manner }, files: {} }, runtime };
}

export const priorityRecipe: ComposerRecipe = {
  kind: 'plugin',
  composer: { implementation: new URL('./modules/priority-composer.js', import.meta.url).href, options: {}, files: {} },
  runtime,
};

interface PackFile {
  readonly tokenizer: { readonly options: unknown };
  readonly model: { readonly options: unknown; readonly files: Readonly<Record<string, string>> };
  readonly generation: GenerationOptions;
}

/** The recipe of a pack of the fixtures: SkyTNT rows and a decoder, with the graphs of these roles or all it has. */
export function fixtureRecipe(name: string, generation: Partial<GenerationOptions> = {}, roles?: readonly string[]): TokenRecipe {
  const folder = join(repositoryRoot, 'test/fixtures/packs', name);
  const pack = JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8')) as PackFile;
  const graphs = Object.entries(pack.model.files).filter(([role]) => roles === undefined || roles.includes(role));
  const files = Object.fromEntries(graphs.map(([role, file]) => [role, join(folder, file)]));
  return {
    kind: 'token',
    tokenizer: { implementation: skytntEvents.implementation, options: skytntEvents.optionsSchema.parse(pack.tokenizer.options), files: {} },
    model: { implementation: decoderLm.implementation, options: pack.model.options, files },
    generation: { ...pack.generation, ...generation },
    sampling: {},
    runtime,
  };
}
