import { readFileSync } from 'node:fs';
import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../../engine/errors.js';
import type { MiditokOptions } from './options.js';
import { MiditokTokenizer } from './tokenizer.js';

/** Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => new MiditokTokenizer(readTokenizerFile(context.get<PluginContext>(PluginContext))))
    .inSingletonScope();
});

function readTokenizerFile({ options, files }: PluginContext): string {
  const path = files.tokenizer ?? (options as MiditokOptions).file;
  if (path === undefined) {
    throw new ContinuoError('badConfiguration', 'The tokenizer miditok needs a tokenizer.json; name it with the option file.');
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ContinuoError('badPack', `The tokenizer file ${path} cannot be read.`, { cause });
  }
}
