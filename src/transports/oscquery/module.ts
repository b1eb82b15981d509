import { ContainerModule } from 'inversify';
import { Transport, TransportContext } from '../../engine/contracts/transport.js';
import { OscQueryTransport } from './oscquery-transport.js';

export default new ContainerModule(({ bind }) => {
  bind<Transport>(Transport)
    .toDynamicValue((context) => new OscQueryTransport(context.get<TransportContext>(TransportContext)))
    .inSingletonScope();
});
