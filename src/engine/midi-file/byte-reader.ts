/** Largest value a variable-length quantity of four bytes can hold. */
export const maximumVariableLength = 0x0fffffff;

/** Reads forward through bytes; every read that would pass the end gives `undefined` and moves nothing. */
export class ByteReader {
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  peek(): number | undefined {
    return this.bytes[this.position];
  }

  byte(): number | undefined {
    const value = this.bytes[this.position];
    if (value !== undefined) this.position += 1;
    return value;
  }

  take(count: number): Uint8Array | undefined {
    if (count > this.remaining) return undefined;
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  /** A variable-length quantity, capped at {@link maximumVariableLength} when a damaged file writes a longer one. */
  variableLength(): number | undefined {
    let value = 0;
    for (let at = this.position; at < this.bytes.length; at += 1) {
      value = Math.min(value * 128 + (this.bytes[at] & 0x7f), maximumVariableLength);
      if (this.bytes[at] < 0x80) {
        this.position = at + 1;
        return value;
      }
    }
    return undefined;
  }
}

/** Bytes as ASCII text, unprintable ones as dots. */
export function printable(bytes: Uint8Array): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

/** Where the four ASCII bytes of `signature` stand next, from `from`; -1 when nowhere before `end`. */
export function findSignature(bytes: Uint8Array, signature: string, from: number, end = bytes.length): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, end).indexOf(signature, from, 'latin1');
  return at;
}
