import type { Tokenizer, Vocabulary } from '../../../engine/contracts/tokenizer.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import type { Codebook } from './codebook.js';
import { decodeIds } from './decode.js';
import { encodeScore } from './encode.js';
import { BeatKmeansGrammar } from './grammar.js';
import { BeatKmeansDecoder } from './incremental-decoder.js';
import type { BeatKmeansOptions } from './options.js';
import type { VelocityCodec } from './velocity-codec.js';
import { beatVocabulary } from './vocabulary.js';

/** Piano music as beats of keys: what each key does in a beat is one to four codes of a codebook. */
export class BeatKmeansTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly grammar: BeatKmeansGrammar;

  constructor(
    private readonly codebook: Codebook,
    private readonly velocities: VelocityCodec,
    private readonly options: BeatKmeansOptions,
  ) {
    this.vocabulary = beatVocabulary((id) => codebook.describe(id));
    this.grammar = new BeatKmeansGrammar(codebook, velocities, options, this.vocabulary);
  }

  encode(score: TickScore): Int32Array {
    return encodeScore(score, this.codebook, this.velocities, this.options);
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeIds(tokens, this.codebook, this.velocities, this.options);
  }

  startDecoder(originBeat: Beats): BeatKmeansDecoder {
    return new BeatKmeansDecoder(this.codebook, this.velocities, this.options, originBeat);
  }
}
