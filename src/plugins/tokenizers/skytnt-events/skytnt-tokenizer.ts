import type { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import { augmentRows, drawShifts } from './augment.js';
import { decodeRows } from './decode.js';
import { encodeScore } from './encode.js';
import { SkytntGrammar } from './grammar.js';
import { SkytntIncrementalDecoder } from './incremental-decoder.js';
import type { SkytntOptions } from './options.js';
import { findQualityFaults } from './quality.js';
import { SkytntVocabulary } from './vocabulary.js';

/** The SkyTNT midi-model format, v1 or v2. */
export class SkytntTokenizer implements Tokenizer {
  readonly vocabulary: SkytntVocabulary;
  readonly grammar: SkytntGrammar;

  constructor(private readonly options: SkytntOptions) {
    this.vocabulary = new SkytntVocabulary(options.version, options.form);
    this.grammar = new SkytntGrammar(this.vocabulary);
  }

  encode(score: TickScore): Int32Array {
    const ids = encodeScore(score, this.vocabulary, this.options);
    if (this.options.check_quality) this.refusePoorQuality(ids);
    const seed = this.options.augment_seed;
    return seed === undefined ? ids : augmentRows(ids, this.vocabulary, drawShifts(randomOf(seed, ids)));
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeRows(tokens, this.vocabulary);
  }

  startDecoder(originBeat: Beats): SkytntIncrementalDecoder {
    return new SkytntIncrementalDecoder(this.vocabulary, originBeat);
  }

  private refusePoorQuality(ids: Int32Array): void {
    const faults = findQualityFaults(ids, this.vocabulary);
    if (faults.length === 0) return;
    throw new ContinuoError('badMidiFile', `The piece is of poor quality to learn from: ${faults.join(', ')}.`);
  }
}

/** Numbers in [0, 1) that differ from piece to piece, and are the same for the same piece and seed (mulberry32). */
function randomOf(seed: number, ids: Int32Array): () => number {
  let state = ids.reduce((hash, id) => Math.imul(hash ^ id, 16777619), 2166136261 ^ seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
