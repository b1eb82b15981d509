import { ContainerModule } from 'inversify';
import { Transport, TransportContext } from '../../engine/contracts/transport.js';
import { MidiTransport } from './midi-transport.js';

/** Loaded in the main thread. */
export default new ContainerModule((options) => {
  options
    .bind(Transport)
    .toResolvedValue((context: TransportContext) => new MidiTransport(context), [TransportContext])
    .inSingletonScope();
});
