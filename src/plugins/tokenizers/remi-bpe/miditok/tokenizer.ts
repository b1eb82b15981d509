import { keeps } from '../../../../engine/contracts/constraint-capabilities.js';
import type { Tokenizer, Vocabulary } from '../../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../../engine/errors.js';
import type { TickScore } from '../../../../engine/music/tick-score.js';
import type { Beats } from '../../../../engine/music/units.js';
import { IdList } from '../id-list.js';
import { TokenDecoder, decodeTokens } from '../token-decoder.js';
import { TokenGrammar } from '../token-grammar.js';
import type { TokenTable } from '../token-table.js';
import type { FormatUnits } from '../wishes.js';
import { drumProgram } from '../symbols.js';
import { MiditokCursor } from './cursor.js';
import { parseMiditokFile } from './file.js';
import { ForcedEvents } from './forced-events.js';
import { miditokFormat, type MiditokFormat } from './format.js';
import { LearnedVocabulary, baseTable } from './learned.js';
import { LengthTables } from './length-table.js';
import { prepareScore } from './prepare.js';
import { MiditokReader } from './reader.js';
import { StreamGrid } from './stream-grid.js';
import { writeTokens } from './write-tokens.js';

/** Longer pieces are refused, as bars of silence are tokens too. */
const maximumBeats = 2 ** 19;

/** What a MidiTok tokenizer.json describes, with the ids MidiTok gives. */
export class MiditokTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly grammar: TokenGrammar<MiditokCursor>;
  readonly lacks: readonly string[];
  private readonly format: MiditokFormat;
  private readonly learned: LearnedVocabulary | undefined;
  private readonly table: TokenTable;
  private readonly lengths: LengthTables;

  /**
   * @param text the tokenizer.json
   * @throws ContinuoError badPack when it is damaged or not supported
   */
  constructor(text: string) {
    this.format = miditokFormat(parseMiditokFile(text));
    this.lengths = new LengthTables(this.format.durations);
    const model = this.format.learned;
    this.learned = model === undefined ? undefined : new LearnedVocabulary(this.format, model);
    this.table = this.learned?.table ?? baseTable(this.format);
    const idOf = (name: string): number | undefined => {
      const base = this.format.ids.get(name);
      return base === undefined ? undefined : (this.learned?.encode([base]).at(-1) ?? base);
    };
    const pad = idOf('PAD_None') ?? 0;
    const start = idOf('BOS_None');
    this.vocabulary = {
      size: this.table.size,
      rowWidth: 1,
      pad,
      start: start === undefined ? [] : [start],
      end: idOf('EOS_None') ?? pad,
      describe: (id) => this.table.describe(id),
    };
    this.lacks = lacksOf(this.format);
    const grid = new StreamGrid(this.format);
    const units = unitsOf(this.format, grid);
    const forcing = this.format.form === 'REMI' ? new ForcedEvents(grid, units) : undefined;
    this.grammar = new TokenGrammar(this.table, units, new MiditokCursor(grid), forcing);
  }

  /** Without start and end, as MidiTok encodes. */
  encode(score: TickScore): Int32Array {
    if (!(score.ticksPerBeat >= 1)) {
      throw new ContinuoError('badMidiFile', `A score with ${score.ticksPerBeat} ticks a beat has no time; give it 1 or more.`);
    }
    for (const track of score.tracks) {
      for (const { tick } of track) {
        if (tick <= maximumBeats * score.ticksPerBeat) continue;
        throw new ContinuoError('badMidiFile', `The piece is longer than ${maximumBeats} beats; cut it.`);
      }
    }
    const output = new IdList();
    const merger = this.learned?.startMerging(output);
    writeTokens(prepareScore(score, this.format, this.lengths), this.format, this.lengths, merger ?? output);
    merger?.finish();
    return output.view();
  }

  decode(tokens: ArrayLike<number>): TickScore {
    return decodeTokens(tokens, this.table, new MiditokReader(this.format, true));
  }

  /** `originBeat` is the line of the first bar. Of MMM, time is never past: its tracks come one after another. */
  startDecoder(originBeat: Beats): TokenDecoder {
    return new TokenDecoder(this.table, new MiditokReader(this.format, false), originBeat);
  }
}

/** What of the plugin's capabilities a file cannot keep. */
function lacksOf({ form, tempos, config }: MiditokFormat): readonly string[] {
  const ofTime = form === 'MMM' ? ['live', ...keeps('maximumRestBeats', 'maximumPolyphony', 'onsetsPerBeat', 'forcedNotes')] : [];
  return [...ofTime, ...(tempos.length === 0 ? keeps('tempo') : []), ...(config.use_time_signatures ? [] : keeps('meter'))];
}

function unitsOf(format: MiditokFormat, grid: StreamGrid): FormatUnits {
  const beatsOf = (index: number): number => {
    const { beat, position, resolution } = format.durations[index];
    return beat + position / resolution;
  };
  return {
    unitsPerBeat: grid.unitsPerBeat,
    keepsLimits: format.form === 'REMI',
    hasDrums: true,
    keepsEarliest: false,
    saysEveryMeter: format.config.use_time_signatures,
    beatScaleOf: (meter) => 4 / format.meters[meter].denominator,
    beatsOf,
    bpmOf: (tempo) => format.tempos[tempo],
    tempoCount: format.tempos.length,
    barsOf({ numerator, denominator }) {
      const meter = format.meters.findIndex((each) => each.numerator === numerator && each.denominator === denominator);
      return meter < 0 || !format.config.use_time_signatures ? undefined : { meters: [meter], starts: [0], length: grid.barLength(meter) };
    },
    programs: Array.from({ length: drumProgram }, (_, program) => program).filter((program) => format.ids.has(`Program_${program}`)),
    durations: format.durations.map((_, index) => index),
    velocities: format.velocities,
  };
}
