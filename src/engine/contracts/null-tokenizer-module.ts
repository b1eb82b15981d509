import { ContainerModule } from 'inversify';
import { NullTokenizer } from './null-tokenizer.js';
import { Tokenizer } from './tokenizer.js';

/** Binds the null tokenizer, as a plugin's module binds its own. */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer).toResolvedValue(() => new NullTokenizer()).inSingletonScope();
});
