import { chooses, keeps } from '../../../../src/engine/contracts/constraint-capabilities.js';
import { remiBpe } from '../../../../src/plugins/tokenizers/remi-bpe/descriptor.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { describeTokenizerContract } from '../../../engine/contracts/tokenizer-contract.js';
import { samples } from './samples.js';

const ofSeveralParts: readonly string[] = [...keeps('programs'), ...chooses('program')];

for (const encoding of ['base', 'bpe'] as const) {
  describeTokenizerContract(`remi-bpe in ${encoding} ids`, {
    make: () => new RemiTokenizer({ encoding }),
    samples,
    capabilities: remiBpe.capabilities,
    encodesItsOwnDecoding: true,
  });
  describeTokenizerContract(`remi-bpe in ${encoding} ids, with one part`, {
    make: () => new RemiTokenizer({ encoding, program: 5 }),
    samples,
    capabilities: remiBpe.capabilities.filter((capability) => !ofSeveralParts.includes(capability)),
    encodesItsOwnDecoding: true,
  });
}
