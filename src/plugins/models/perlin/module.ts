import { ContainerModule } from 'inversify';
import { Composer } from '../../../engine/contracts/composer.js';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import type { PerlinOptions } from './options.js';
import { PerlinComposer } from './perlin-composer.js';

export default new ContainerModule(({ bind }) => {
  bind<Composer>(Composer)
    .toResolvedValue((context: PluginContext) => new PerlinComposer(context.options as PerlinOptions), [PluginContext])
    .inSingletonScope();
});
