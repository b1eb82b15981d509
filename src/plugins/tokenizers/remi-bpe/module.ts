import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import type { RemiOptions } from './options.js';
import { RemiTokenizer } from './remi-tokenizer.js';

/** Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => new RemiTokenizer(context.get<PluginContext>(PluginContext).options as RemiOptions))
    .inSingletonScope();
});
