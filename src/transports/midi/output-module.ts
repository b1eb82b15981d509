import { ContainerModule } from 'inversify';
import { Output, OutputOptions } from '../../engine/contracts/output.js';
import { MidiOutput, type MidiOutputOptions } from './midi-output.js';

/** Loaded in the send thread. */
export default new ContainerModule((options) => {
  options
    .bind(Output)
    .toResolvedValue((given: MidiOutputOptions) => new MidiOutput(given), [OutputOptions])
    .inSingletonScope();
});
