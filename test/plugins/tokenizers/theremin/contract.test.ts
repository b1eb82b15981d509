import { theremin } from '../../../../src/plugins/tokenizers/theremin/descriptor.js';
import { describeTokenizerContract } from '../../../engine/contracts/tokenizer-contract.js';
import { readMidi, tokenizerOf } from './vectors.js';

const samples = (['theremin_notes', 'freedoom1_d_e3m8', 'syn_format0_ties'] as const).map(readMidi);

const forms = [
  ['pieces on a grid of beats', 'shipped', {}],
  ['every note in bytes', 'bytes', {}],
  ['small pieces, the rest in bytes', 'small-bpe-bytes.model', { steps_per_beat: 31.5, durations_per_beat: 1.55 }],
  ['reference layout in seconds', 'unigram_ref.model', { compat: 'reference' }],
] as const;

/** The reference has three velocities up to 38 and lengths of 0.6 beats and more: few wishes can be met. */
const coarse = ['velocityRange', 'durationRange', 'maximumPolyphony'] as const;

for (const [form, model, options] of forms) {
  describeTokenizerContract(`theremin, ${form}`, {
    make: () => tokenizerOf(model, options),
    samples,
    capabilities: theremin.capabilities.filter((word) => model !== 'unigram_ref.model' || !coarse.some((field) => word === `constraint:${field}`)),
    alsoHeeds: coarse,
    encodesItsOwnDecoding: model === 'shipped' || model === 'bytes',
  });
}
