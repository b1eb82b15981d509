import { ContainerModule } from 'inversify';
import { LanguageModel } from './language-model.js';
import { NullLanguageModel, type NullLanguageModelOptions } from './null-language-model.js';
import { PluginContext } from './plugin.js';

/** Binds the null model, as a plugin's module binds its own. Options: {@link NullLanguageModelOptions}. */
export default new ContainerModule(({ bind }) => {
  bind<LanguageModel>(LanguageModel)
    .toResolvedValue((context: PluginContext) => new NullLanguageModel(context.options as NullLanguageModelOptions), [PluginContext])
    .inSingletonScope();
});
