import { ContainerModule } from 'inversify';
import { Transport, TransportContext } from '../../engine/contracts/transport.js';
import { WebSocketTransport } from './websocket-transport.js';

export default new ContainerModule(({ bind }) => {
  bind<Transport>(Transport)
    .toDynamicValue((context) => new WebSocketTransport(context.get<TransportContext>(TransportContext)))
    .inSingletonScope();
});
