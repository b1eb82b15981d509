import type { Tokenizer, Vocabulary } from '../../../engine/contracts/tokenizer.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import { encodePhrases } from './encode-phrases.js';
import { ForcedPart } from './forced-part.js';
import { ForcedPhrases } from './forced-phrases.js';
import { readLearnedMerges } from './learned-merges.js';
import type { RemiOptions } from './options.js';
import { PairMerges } from './pair-merges.js';
import { PhraseCursor } from './phrase-cursor.js';
import { PhraseReader } from './phrase-reader.js';
import { baseSize, endId, padId, phraseSymbols, startId } from './phrase-vocabulary.js';
import { phraseUnits, unitsOfPart } from './phrase-units.js';
import { mergePhrases } from './phrase-words.js';
import { TokenDecoder, decodeTokens } from './token-decoder.js';
import { TokenGrammar } from './token-grammar.js';
import { TokenTable, spellMerges } from './token-table.js';

/** Bars of tracks, or of one, in 382 base symbols, or in the 8192 ids learned on them. */
export class RemiTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly grammar: TokenGrammar<PhraseCursor>;
  private readonly table: TokenTable;
  private readonly merges: PairMerges | undefined;

  private readonly program: number | undefined;

  constructor({ encoding, program }: RemiOptions) {
    this.program = program;
    const merges = encoding === 'bpe' ? readLearnedMerges() : [];
    this.table = new TokenTable(phraseSymbols, spellMerges(baseSize, merges));
    this.merges = encoding === 'bpe' ? new PairMerges(merges) : undefined;
    this.vocabulary = {
      size: this.table.size,
      rowWidth: 1,
      pad: padId,
      start: [startId],
      end: endId,
      describe: (id) => this.table.describe(id),
    };
    this.grammar =
      program === undefined
        ? new TokenGrammar(this.table, phraseUnits, new PhraseCursor(), new ForcedPhrases())
        : new TokenGrammar(this.table, unitsOfPart(program), new PhraseCursor(true), new ForcedPart());
  }

  encode(score: TickScore): Int32Array {
    return this.merged(encodePhrases(score, { program: this.program }));
  }

  /** Of several parts the order is theirs, and none can be gone on with. */
  encodeUntil(score: TickScore, untilTick: number): Int32Array {
    return this.program === undefined ? this.encode(score) : this.merged(encodePhrases(score, { program: this.program, untilTick }));
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeTokens(tokens, this.table, this.reader());
  }

  /** `originBeat` is the line of the first bar. */
  startDecoder(originBeat: Beats): TokenDecoder {
    return new TokenDecoder(this.table, this.reader(), originBeat);
  }

  private reader(): PhraseReader {
    return new PhraseReader(this.program !== undefined);
  }

  private merged(base: Int32Array): Int32Array {
    return this.merges === undefined ? base : mergePhrases(base, this.merges);
  }
}
