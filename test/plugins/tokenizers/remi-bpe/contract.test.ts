import { remiBpe } from '../../../../src/plugins/tokenizers/remi-bpe/descriptor.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { describeTokenizerContract } from '../../../engine/contracts/tokenizer-contract.js';
import { samples } from './samples.js';

for (const encoding of ['base', 'bpe'] as const) {
  describeTokenizerContract(`remi-bpe in ${encoding} ids`, {
    make: () => new RemiTokenizer({ encoding }),
    samples,
    capabilities: remiBpe.capabilities,
    encodesItsOwnDecoding: true,
  });
}
