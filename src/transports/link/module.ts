import { ContainerModule } from 'inversify';
import { Transport, TransportContext } from '../../engine/contracts/transport.js';
import { LinkTransport } from './link-transport.js';

export default new ContainerModule(({ bind }) => {
  bind<Transport>(Transport)
    .toDynamicValue((context) => new LinkTransport(context.get<TransportContext>(TransportContext)))
    .inSingletonScope();
});
