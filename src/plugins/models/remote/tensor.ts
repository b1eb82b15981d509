/** Types of tensors that travel, and what holds their values here: of FP16 the bits, of BOOL 0 and 1. */
export interface TensorArrays {
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
  readonly FP16: Uint16Array;
  readonly INT64: BigInt64Array;
  readonly INT32: Int32Array;
  readonly BOOL: Uint8Array;
}
export type Datatype = keyof TensorArrays;
export type TensorData = TensorArrays[Datatype];

/** Row major, without gaps; little-endian where it travels as bytes. */
export interface Tensor<Type extends Datatype = Datatype> {
  readonly name: string;
  readonly datatype: Type;
  readonly shape: readonly number[];
  readonly data: TensorArrays[Type];
}

const bytesOfElement: Readonly<Record<Datatype, number>> = { FP32: 4, FP64: 8, FP16: 2, INT64: 8, INT32: 4, BOOL: 1 };

export function isDatatype(text: string): text is Datatype {
  return Object.hasOwn(bytesOfElement, text);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

export function byteSize(datatype: Datatype, shape: readonly number[]): number {
  return sizeOf(shape) * bytesOfElement[datatype];
}

export function bytesOf({ data }: Tensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Takes a copy, since what arrives is aligned to nothing. */
export function dataFromBytes(datatype: Datatype, bytes: Uint8Array): TensorData {
  const { buffer } = Uint8Array.from(bytes);
  switch (datatype) {
    case 'FP32':
      return new Float32Array(buffer);
    case 'FP64':
      return new Float64Array(buffer);
    case 'FP16':
      return new Uint16Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'INT32':
      return new Int32Array(buffer);
    case 'BOOL':
      return new Uint8Array(buffer);
  }
}

/** JSON has no FP16 bits: such values stay numbers and come as FP32. `undefined` where one is no number of this type. */
export function dataFromNumbers(datatype: Datatype, values: readonly unknown[]): TensorData | undefined {
  const whole = datatype === 'INT64' || datatype === 'INT32';
  if (!values.every((value) => (whole ? Number.isSafeInteger(value) : typeof value === 'number' || typeof value === 'boolean'))) return undefined;
  const numbers = values as readonly number[];
  switch (datatype) {
    case 'FP32':
    case 'FP16':
      return Float32Array.from(numbers);
    case 'FP64':
      return Float64Array.from(numbers);
    case 'INT64':
      return BigInt64Array.from(numbers, BigInt);
    case 'INT32':
      return Int32Array.from(numbers);
    case 'BOOL':
      return Uint8Array.from(numbers, Number);
  }
}

export function numbersOf({ datatype, data }: Tensor): (number | boolean)[] {
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, (value) => value !== 0);
  if (datatype === 'FP16') return Array.from(floatsFromHalves(data as Uint16Array));
  return Array.from<number | bigint, number>(data as ArrayLike<number | bigint>, Number);
}

/** @example floatsFromHalves(Uint16Array.of(0x3c00, 0xc000)) // → [1, -2] */
export function floatsFromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
