import { ContainerModule } from 'inversify';
import { Output, OutputOptions } from '../../engine/contracts/output.js';
import type { NoteFeedEnd } from '../../engine/scheduling/note-feed.js';
import { WebSocketOutput } from './websocket-output.js';

/** The send thread's half of the wire. */
export default new ContainerModule(({ bind }) => {
  bind<Output>(Output)
    .toDynamicValue((context) => new WebSocketOutput(context.get<NoteFeedEnd>(OutputOptions)))
    .inSingletonScope();
});
