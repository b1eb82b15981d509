import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import { repositoryRoot } from '../../../engine/paths.js';
import { BeatKmeansTokenizer } from './beat-tokenizer.js';
import { readCodebook } from './codebook-file.js';
import type { BeatKmeansOptions } from './options.js';

/** The codebook that comes with Continuo. A pack may bring its own as the file `codebook`. */
export const shippedCodebook = join(repositoryRoot, 'src/plugins/tokenizers/beat-kmeans/codebook.json');

/** Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => {
      const { options, files } = context.get<PluginContext>(PluginContext);
      return new BeatKmeansTokenizer(readCodebook(files.codebook ?? shippedCodebook), options as BeatKmeansOptions);
    })
    .inSingletonScope();
});
