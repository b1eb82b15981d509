import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import type { SkytntOptions } from './options.js';
import { SkytntTokenizer } from './skytnt-tokenizer.js';

/** Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => new SkytntTokenizer(context.get<PluginContext>(PluginContext).options as SkytntOptions))
    .inSingletonScope();
});
