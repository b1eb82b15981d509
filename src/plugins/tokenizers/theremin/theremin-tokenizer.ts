import type { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import { decodeTokens } from './decode.js';
import { encodeCharacters } from './encode.js';
import { ThereminGrammar } from './grammar.js';
import { ThereminIncrementalDecoder } from './incremental-decoder.js';
import { NoteScale } from './note-scale.js';
import type { ThereminOptions } from './options.js';
import { PieceTable } from './piece-table.js';
import type { SentencePieceModel } from './sentencepiece/model-file.js';
import { SentencePiece } from './sentencepiece/sentence-piece.js';
import { ThereminVocabulary } from './vocabulary.js';

/** Notes as characters, characters as pieces. Errors of the constructor: `badPack` when the model can say no note. */
export class ThereminTokenizer implements Tokenizer {
  readonly vocabulary: ThereminVocabulary;
  readonly grammar: ThereminGrammar;
  private readonly scale: NoteScale;
  private readonly table: PieceTable;
  private readonly pieces: SentencePiece;

  constructor(
    private readonly options: ThereminOptions,
    model: SentencePieceModel,
  ) {
    this.scale = new NoteScale(options);
    this.table = new PieceTable(model);
    this.pieces = new SentencePiece(model);
    this.vocabulary = new ThereminVocabulary(this.table);
    this.grammar = new ThereminGrammar(this.table, this.scale, this.vocabulary.end);
  }

  encode(score: TickScore): Int32Array {
    const ids = this.pieces.encodePoints(encodeCharacters(score, this.scale));
    if (!this.options.add_bos_eos) return ids;
    const { start, end } = this.vocabulary;
    return joined(start, ids, this.table.model.end < 0 ? [] : [end]);
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeTokens(tokens, this.table, this.scale);
  }

  startDecoder(originBeat: Beats): ThereminIncrementalDecoder {
    return new ThereminIncrementalDecoder(this.table, this.scale, originBeat);
  }
}

function joined(before: readonly number[], ids: Int32Array, after: readonly number[]): Int32Array {
  const result = new Int32Array(before.length + ids.length + after.length);
  result.set(before, 0);
  result.set(ids, before.length);
  result.set(after, before.length + ids.length);
  return result;
}
