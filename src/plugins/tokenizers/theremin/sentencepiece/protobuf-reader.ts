/** One field of a protocol buffer message: a number for varints and fixed widths, bytes for what has a length. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/**
 * Walks the fields of a message in their order (protobuf wire format, proto2). Numbers past 2^53 lose their last bits,
 * 32-bit fixed ones are read as floats: all that a SentencePiece model needs.
 * Errors: RangeError when the bytes are no message.
 */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      if (at >= bytes.length) throw new RangeError('a number is cut off');
      const byte = bytes[at];
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number does not end');
  };
  const skip = (length: number): number => {
    if (length > bytes.length - at) throw new RangeError('a field reaches past the end');
    const start = at;
    at += length;
    return start;
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (number < 1) throw new RangeError('a field has no number');
    switch (key % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: view.getFloat64(skip(8), true) };
        break;
      case 2: {
        const length = varint();
        const start = skip(length);
        yield { number, value: bytes.subarray(start, start + length) };
        break;
      }
      case 5:
        yield { number, value: view.getFloat32(skip(4), true) };
        break;
      default:
        throw new RangeError('a field has an unknown form');
    }
  }
}
