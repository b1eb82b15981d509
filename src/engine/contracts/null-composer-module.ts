import { ContainerModule } from 'inversify';
import { Composer } from './composer.js';
import { NullComposer } from './null-composer.js';

/** Binds the null composer, as a plugin's module binds its own. */
export default new ContainerModule(({ bind }) => {
  bind<Composer>(Composer).toResolvedValue(() => new NullComposer()).inSingletonScope();
});
