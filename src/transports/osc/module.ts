import { ContainerModule } from 'inversify';
import { Transport, TransportContext } from '../../engine/contracts/transport.js';
import { OscTransport } from './osc-transport.js';

export default new ContainerModule(({ bind }) => {
  bind<Transport>(Transport)
    .toDynamicValue((context) => new OscTransport(context.get<TransportContext>(TransportContext)))
    .inSingletonScope();
});
