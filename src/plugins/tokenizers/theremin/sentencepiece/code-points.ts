/** @example codePointsOf('a𐀀') // → Int32Array [97, 65536]; halves of pairs that stand alone become U+FFFD */
export function codePointsOf(text: string): Int32Array {
  const result = new Int32Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const point = text.codePointAt(at) as number;
    if (point > 0xffff) at += 1;
    result[count] = point >= 0xd800 && point <= 0xdfff ? replacementCharacter : point;
    count += 1;
  }
  return result.subarray(0, count);
}

export const replacementCharacter = 0xfffd;

/** @example textOf([97, 65536]) // → 'a𐀀' */
export function textOf(points: Iterable<number>): string {
  let text = '';
  for (const point of points) text += String.fromCodePoint(point);
  return text;
}

/** Length of a code point in UTF-8. */
export function utf8Length(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** Byte `index` of a code point in UTF-8. */
export function utf8Byte(point: number, index: number): number {
  const length = utf8Length(point);
  const bits = point >> (6 * (length - 1 - index));
  if (index > 0) return 0x80 | (bits & 0x3f);
  return length === 1 ? point : ((0xf00 >> length) & 0xff) | bits;
}
