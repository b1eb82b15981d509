import { beatKmeans } from '../../../../src/plugins/tokenizers/beat-kmeans/descriptor.js';
import { describeTokenizerContract } from '../../../engine/contracts/tokenizer-contract.js';
import { anchors, fileNames, readMidi, shipped, tokenizerOf } from './support.js';

const samples = fileNames.map(readMidi);

for (const [words, codebook] of [['', shipped], [', anchors alone', anchors]] as const) {
  for (const [mode, velocities] of [['velocity', 'learned'], ['velocity', 'table'], ['base', 'learned']] as const) {
    describeTokenizerContract(`beat-kmeans ${mode}, velocities ${velocities}${words}`, {
      make: () => tokenizerOf({ mode, velocities, part: 'all' }, codebook),
      samples,
      capabilities: beatKmeans.capabilities.filter((each) => mode === 'velocity' || each !== 'constraint:velocityRange'),
      encodesItsOwnDecoding: true,
      // The notes that sound last are certain only with the end of the stream, which the contract does not push.
      streamsOnsetsOfDecode: false,
    });
  }
}
