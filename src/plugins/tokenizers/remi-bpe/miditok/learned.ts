import { IdList } from '../id-list.js';
import { PairMerges } from '../pair-merges.js';
import { SymbolKind } from '../symbols.js';
import { TokenTable } from '../token-table.js';
import type { LearnedModel } from './file.js';
import type { MiditokFormat } from './format.js';

/** Base tokens merged as a file has learned it; ids are those of the file's model. */
export class LearnedVocabulary {
  readonly table: TokenTable;
  private readonly merges: PairMerges;
  /** Model id of each base id, -1 where the model lacks it. */
  private readonly modelIds: Int32Array;
  private readonly prefixId: number;
  private readonly isSpecial: Uint8Array;

  constructor(
    private readonly format: MiditokFormat,
    model: LearnedModel,
  ) {
    const { vocabulary, special, prefix } = model;
    this.modelIds = Int32Array.from({ length: format.symbols.size }, () => -1);
    this.isSpecial = new Uint8Array(format.symbols.size);
    for (const [character, name] of Object.entries(model.characters)) {
      const base = format.ids.get(name);
      if (base === undefined) continue;
      this.modelIds[base] = special.get(character) ?? vocabulary[character] ?? -1;
      if (special.has(character)) this.isSpecial[base] = 1;
    }
    this.prefixId = prefix === '' ? -1 : (vocabulary[prefix] ?? -1);
    this.merges = new PairMerges(
      model.merges.flatMap(([left, right]) => {
        const merged = vocabulary[left + right];
        return merged === undefined ? [] : [{ left: vocabulary[left], right: vocabulary[right], merged }];
      }),
    );
    this.table = new TokenTable(format.symbols, spellingsOf(format, model));
  }

  /** Words are bars, or the whole; what stands alone cuts them. A mark stands before each piece of a word. */
  encode(base: Int32Array): Int32Array {
    const output = new IdList(base.length);
    const word = new IdList();
    const flush = (): void => {
      const ids = word.toArray();
      word.clear();
      if (ids.length > 0) this.merges.encodeWord(ids, 0, ids.length, output);
    };
    let hasBar = false;
    for (const id of base) {
      const kind = this.format.symbols.kinds[id];
      if (kind === SymbolKind.trackStart) hasBar = false;
      if (kind === SymbolKind.bar && this.format.config.encode_ids_split === 'bar') {
        // What stands before the first bar of a stream is a part of it.
        if (hasBar) flush();
        hasBar = true;
      }
      const modelId = this.modelIds[id];
      if (this.isSpecial[id] === 1) {
        flush();
        output.push(modelId);
      } else if (modelId >= 0) {
        if (word.length === 0 && this.prefixId >= 0) word.push(this.prefixId);
        word.push(modelId);
      }
    }
    flush();
    return output.toArray();
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
