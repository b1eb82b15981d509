import type { NormaliserOptions } from './model-file.js';
import type { PieceTrie } from './piece-trie.js';

const space = 0x20;
/** ▁, what stands for a space inside pieces. */
export const spaceSymbol = 0x2581;

/**
 * Text as SentencePiece changes it before cutting: characters mapped, spaces at the ends and doubled ones removed, a
 * space put before, spaces written as ▁, each where the model says so. User-defined pieces are copied as they stand.
 */
export class Normaliser {
  constructor(
    private readonly options: NormaliserOptions,
    /** Texts that are not mapped. */
    private readonly untouched: PieceTrie | undefined,
  ) {}

  normalise(text: Int32Array): Int32Array {
    const { map, removeExtraWhitespaces, addDummyPrefix } = this.options;
    const isPlain = map === undefined && !removeExtraWhitespaces && !addDummyPrefix && !text.includes(space);
    if (text.length === 0 || isPlain) return text;
    const result: number[] = [];
    const spaceWritten = this.options.escapeWhitespaces ? spaceSymbol : space;
    let at = 0;
    if (removeExtraWhitespaces) {
      while (at < text.length) {
        const { length, replacement } = this.prefix(text, at);
        if (replacement.length !== 1 || replacement[0] !== space) break;
        at += length;
      }
      if (at === text.length) return new Int32Array();
    }
    if (addDummyPrefix) result.push(spaceWritten);
    let afterSpace = removeExtraWhitespaces;
    while (at < text.length) {
      const { length, replacement } = this.prefix(text, at);
      let from = 0;
      while (afterSpace && from < replacement.length && replacement[from] === space) from += 1;
      for (let index = from; index < replacement.length; index += 1) {
        result.push(replacement[index] === space ? spaceWritten : replacement[index]);
      }
      if (from < replacement.length) afterSpace = replacement[replacement.length - 1] === space;
      if (!removeExtraWhitespaces) afterSpace = false;
      at += length;
    }
    if (removeExtraWhitespaces) while (result[result.length - 1] === spaceWritten) result.pop();
    return Int32Array.from(result);
  }

  private prefix(text: Int32Array, at: number): { length: number; replacement: Int32Array } {
    const copied = this.untouched?.longest(text, at) ?? 0;
    if (copied > 0) return { length: copied, replacement: text.subarray(at, at + copied) };
    const mapped = this.options.map?.longest(text, at);
    if (mapped !== undefined && mapped.length > 0) return { length: mapped.length, replacement: mapped.text };
    return { length: 1, replacement: text.subarray(at, at + 1) };
  }
}
