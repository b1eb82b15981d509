import { ContainerModule } from 'inversify';
import { Output, OutputOptions } from '../../engine/contracts/output.js';
import type { OscDestination } from './options.js';
import { OscOutput } from './osc-output.js';

/** The send thread's half of the wire. */
export default new ContainerModule(({ bind }) => {
  bind<Output>(Output)
    .toDynamicValue((context) => new OscOutput(context.get<OscDestination>(OutputOptions)))
    .inSingletonScope();
});
