import { ContainerModule } from 'inversify';
import { LanguageModel } from '../../../engine/contracts/language-model.js';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { PhraseLanguageModel } from './phrase-language-model.js';

/** Binds {@link LanguageModel}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. */
export default new ContainerModule(({ bind }) => {
  bind<LanguageModel>(LanguageModel)
    .toResolvedValue((context: PluginContext, runtime: InferenceRuntime) => new PhraseLanguageModel(context, runtime), [PluginContext, InferenceRuntime])
    .inSingletonScope();
});
