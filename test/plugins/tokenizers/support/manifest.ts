import { join } from 'node:path';
import { Tokenizer } from '../../../../src/engine/contracts/tokenizer.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';

/** A tokenizer of the manifest, made with some of its options. */
export interface TokenizerForm {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly tokenizer: Tokenizer;
}

const fixtures = join(repositoryRoot, 'test/fixtures');

/** Options that make another format of a tokenizer; one that is not named here is tested with its defaults. */
const formsOf: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'skytnt-events': [{}, { version: 'v1' }],
  'beat-kmeans': [{}, { mode: 'base', part: 'all' }],
  'remi-bpe': [{ encoding: 'bpe' }, { encoding: 'base' }],
  miditok: [{ file: join(fixtures, 'remi-bpe/remi-bpe.json') }, { file: join(fixtures, 'remi-bpe/mmm.json') }],
  theremin: [{}, { parts: 'all' }],
};

/** Every tokenizer of the manifest in each of its forms. */
export async function openTokenizers(): Promise<TokenizerForm[]> {
  const forms: TokenizerForm[] = [];
  for (const plugin of builtInPlugins.filter(({ kind }) => kind === 'tokenizer')) {
    for (const given of formsOf[plugin.name] ?? [{}]) {
      const container = await loadInContainer(plugin, { options: plugin.optionsSchema.parse(given), files: {} });
      const tokenizer = await container.getAsync<Tokenizer>(Tokenizer);
      const words = Object.entries(given).map(([key, value]) => `${key}=${String(value).split('/').at(-1)}`);
      forms.push({ name: [plugin.name, ...words].join(' '), capabilities: plugin.capabilities.filter((word) => tokenizer.lacks?.includes(word) !== true), tokenizer });
    }
  }
  return forms;
}
