import { ContainerModule } from 'inversify';
import { NullOutput } from './null-output.js';
import { Output } from './output.js';

/** Binds the null output, as a wire's output module binds its own. */
export default new ContainerModule(({ bind }) => {
  bind<Output>(Output).toResolvedValue(() => new NullOutput()).inSingletonScope();
});
