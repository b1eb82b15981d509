import { codePointsOf, utf8Byte, utf8Length } from './code-points.js';

/** A replacement that begins at a place in a text. */
export interface Replacement {
  /** Code points of the text it stands for. */
  readonly length: number;
  readonly text: Int32Array;
}

const notFound: Replacement = { length: 0, text: new Int32Array() };

/**
 * The character map of a SentencePiece normaliser: a Darts double array from UTF-8 prefixes to places in a list of
 * strings. Layout: u32le size of the array in bytes, the array (u32le units), strings that end in NUL.
 * Errors: RangeError when it is cut off.
 */
export class CharacterMap {
  private readonly units: Uint32Array;
  private readonly strings: Uint8Array;
  private readonly decoded = new Map<number, Int32Array>();

  constructor(charsmap: Uint8Array) {
    if (charsmap.length < 4) throw new RangeError('the character map is cut off');
    const view = new DataView(charsmap.buffer, charsmap.byteOffset, charsmap.byteLength);
    const size = view.getUint32(0, true);
    if (size === 0 || size % 4 !== 0 || size + 4 >= charsmap.length) throw new RangeError('the character map is cut off');
    this.units = Uint32Array.from({ length: size / 4 }, (_, index) => view.getUint32(4 + 4 * index, true));
    this.strings = charsmap.subarray(4 + size);
  }

  /** The replacement for the longest prefix of `text` from `at` on; its length is 0 where there is none. */
  longest(text: Int32Array, at: number): Replacement {
    const { units } = this;
    let unit = units[0];
    let place = offsetOf(unit);
    let length = 0;
    let value = 0;
    for (let index = at; index < text.length; index += 1) {
      const bytes = utf8Length(text[index]);
      for (let byte = 0; byte < bytes; byte += 1) {
        const label = utf8Byte(text[index], byte);
        place ^= label;
        unit = place < units.length ? units[place] : 0x80000000;
        if (((unit & 0x800000ff) >>> 0) !== label) return this.found(length, value);
        place ^= offsetOf(unit);
        if ((unit & 0x100) !== 0 && byte === bytes - 1 && place < units.length) {
          length = index + 1 - at;
          value = units[place] & 0x7fffffff;
        }
      }
    }
    return this.found(length, value);
  }

  private found(length: number, value: number): Replacement {
    return length === 0 ? notFound : { length, text: this.stringAt(value) };
  }

  private stringAt(start: number): Int32Array {
    const known = this.decoded.get(start);
    if (known !== undefined) return known;
    const end = this.strings.indexOf(0, start);
    const text = codePointsOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.strings.subarray(start, end < 0 ? undefined : end)));
    this.decoded.set(start, text);
    return text;
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
