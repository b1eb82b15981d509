import type { Grammar, IncrementalDecoder, Tokenizer } from '../../../engine/contracts/tokenizer.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import { decodeRows } from './decode.js';
import { encodeScore } from './encode.js';
import type { SkytntOptions } from './options.js';
import { SkytntVocabulary } from './vocabulary.js';

/** The SkyTNT midi-model format, v1 or v2. */
export class SkytntTokenizer implements Tokenizer {
  readonly vocabulary: SkytntVocabulary;
  readonly grammar: Grammar;

  constructor(private readonly options: SkytntOptions) {
    this.vocabulary = new SkytntVocabulary(options.version);
    this.grammar = undefined as never;
  }

  encode(score: TickScore): Int32Array {
    return encodeScore(score, this.vocabulary, this.options);
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeRows(tokens, this.vocabulary);
  }

  startDecoder(_originBeat: Beats): IncrementalDecoder {
    throw new Error();
  }
}
