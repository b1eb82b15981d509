import { ContainerModule } from 'inversify';
import { Output, OutputOptions } from '../contracts/output.js';
import type { NoteFeedEnd } from '../scheduling/note-feed.js';
import { TakeOutput } from './take-output.js';

/** The send thread's half of the recording. */
export default new ContainerModule(({ bind }) => {
  bind<Output>(Output)
    .toDynamicValue((context) => new TakeOutput(context.get<NoteFeedEnd>(OutputOptions)))
    .inSingletonScope();
});
