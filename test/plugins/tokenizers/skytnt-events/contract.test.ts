import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import { skytntEvents } from '../../../../src/plugins/tokenizers/skytnt-events/descriptor.js';
import { describeTokenizerContract } from '../../../engine/contracts/tokenizer-contract.js';
import { readMidi, tokenizerOf } from './vectors.js';

const samples = (['theremin_notes', 'freedoom2_d_read_m', 'freedoom1_d_e3m8', 'syn_format0_ties'] as const).map((name) =>
  readTickScore(readMidi(name)),
);

for (const version of ['v1', 'v2'] as const) {
  for (const optimise_midi of [true, false]) {
    describeTokenizerContract(`skytnt-events ${version}${optimise_midi ? ' optimised' : ''}`, {
      make: () => tokenizerOf({ version, optimise_midi, kwargs: {} }),
      samples,
      capabilities: skytntEvents.capabilities,
      encodesItsOwnDecoding: true,
    });
  }
}
