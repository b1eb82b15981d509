import { IdList } from '../id-list.js';
import { PairMerges } from '../pair-merges.js';
import { SymbolKind } from '../symbols.js';
import { TokenTable } from '../token-table.js';
import type { LearnedModel } from './file.js';
import type { MiditokFormat } from './format.js';
import type { TokenSink } from './stream-writer.js';

/** Base tokens merged as a file has learned it; ids are those of the file's model. */
export class LearnedVocabulary {
  readonly table: TokenTable;
  private readonly words: WordTables;

  constructor(
    private readonly format: MiditokFormat,
    model: LearnedModel,
  ) {
    const { vocabulary, special, prefix } = model;
    const modelIds = new Int32Array(format.symbols.size).fill(-1);
    const isSpecial = new Uint8Array(format.symbols.size);
    for (const [character, name] of Object.entries(model.characters)) {
      const base = format.ids.get(name);
      if (base === undefined) continue;
      modelIds[base] = special.get(character) ?? vocabulary[character] ?? -1;
      if (special.has(character)) isSpecial[base] = 1;
    }
    const merges = new PairMerges(
      model.merges.flatMap(([left, right]) => {
        const merged = vocabulary[left + right];
        return merged === undefined ? [] : [{ left: vocabulary[left], right: vocabulary[right], merged }];
      }),
    );
    this.words = { merges, modelIds, isSpecial, prefixId: prefix === '' ? -1 : (vocabulary[prefix] ?? -1) };
    this.table = new TokenTable(format.symbols, spellingsOf(format, model));
  }

  /** Base ids that are pushed go to `output` merged; at the end call `finish`. */
  startMerging(output: IdList): WordMerger {
    return new WordMerger(this.format, this.words, output);
  }

  /** Of ids that are no bars. */
  encode(base: readonly number[]): number[] {
    const output = new IdList();
    const merger = this.startMerging(output);
    base.forEach((id) => merger.push(id));
    merger.finish();
    return [...output.view()];
  }
}

interface WordTables {
  readonly merges: PairMerges;
  /** Model id of each base id, -1 where the model lacks it. */
  readonly modelIds: Int32Array;
  readonly prefixId: number;
  readonly isSpecial: Uint8Array;
}

/** Words are bars, or the whole; what stands alone cuts them. A mark stands before each piece of a word. */
export class WordMerger implements TokenSink {
  private readonly word = new IdList();
  private readonly kinds: Uint8Array;
  private readonly cutsAtBars: boolean;
  private hasBar = false;

  constructor(
    { symbols, config }: MiditokFormat,
    private readonly tables: WordTables,
    private readonly output: IdList,
  ) {
    this.kinds = symbols.kinds;
    this.cutsAtBars = config.encode_ids_split === 'bar';
  }

  push(id: number): void {
    const { modelIds, prefixId, isSpecial } = this.tables;
    const kind = this.kinds[id];
    if (kind === SymbolKind.trackStart) this.hasBar = false;
    if (kind === SymbolKind.bar && this.cutsAtBars) {
      // What stands before the first bar of a stream is a part of it.
      if (this.hasBar) this.finish();
      this.hasBar = true;
    }
    const modelId = modelIds[id];
    if (isSpecial[id] === 1) {
      this.finish();
      this.output.push(modelId);
    } else if (modelId >= 0) {
      if (this.word.length === 0 && prefixId >= 0) this.word.push(prefixId);
      this.word.push(modelId);
    }
  }

  /** Ends a word. */
  finish(): void {
    if (this.word.length > 0) this.tables.merges.encodeWord(this.word.view(), 0, this.word.length, this.output);
    this.word.clear();
  }
}

/** The base ids that each id of the model spells, without the mark before words. */
function spellingsOf(format: MiditokFormat, { vocabulary, special, prefix, characters }: LearnedModel): Uint16Array[] {
  const baseIds = new Map(
    Object.entries(characters).flatMap(([character, name]) => {
      const id = format.ids.get(name);
      return id === undefined ? [] : [[character, id] as const];
    }),
  );
  const entries = [...Object.entries(vocabulary), ...special];
  const size = entries.reduce((most, [, id]) => Math.max(most, id + 1), 0);
  const spellings = Array.from({ length: size }, () => new Uint16Array(0));
  for (const [text, id] of entries) {
    const spelled = prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text;
    spellings[id] = Uint16Array.from([...spelled].flatMap((character) => baseIds.get(character) ?? []));
  }
  return spellings;
}

/** Each base token for itself. */
export function baseTable({ symbols }: MiditokFormat): TokenTable {
  return new TokenTable(symbols, Array.from({ length: symbols.size }, (_, id) => Uint16Array.of(id)));
}
