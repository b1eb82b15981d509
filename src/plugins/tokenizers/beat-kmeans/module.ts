import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import { repositoryRoot } from '../../../engine/paths.js';
import { BeatKmeansTokenizer } from './beat-tokenizer.js';
import { readCodebook } from './codebook-file.js';
import type { BeatKmeansOptions } from './options.js';
import { readVelocities } from './velocities-file.js';
import { tableVelocities } from './velocity-table.js';

/** The codebook that comes with Continuo. A pack may bring its own as the file `codebook`. */
export const shippedCodebook = join(repositoryRoot, 'src/plugins/tokenizers/beat-kmeans/codebook.json');

/** The learned velocity codes that come with Continuo. A pack may bring its own as the file `velocities`. */
export const shippedVelocities = join(repositoryRoot, 'src/plugins/tokenizers/beat-kmeans/velocities.json');

/** Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => {
      const { options, files } = context.get<PluginContext>(PluginContext);
      const wanted = options as BeatKmeansOptions;
      const velocities = wanted.velocities === 'table' ? tableVelocities : readVelocities(files.velocities ?? shippedVelocities);
      return new BeatKmeansTokenizer(readCodebook(files.codebook ?? shippedCodebook), velocities, wanted);
    })
    .inSingletonScope();
});
