import type { OrtType } from '../../../../src/engine/generation/onnx/ort-session.js';

/** TensorProto.DataType. */
const elementTypes: Readonly<Record<OrtType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 };

/** An ONNX model (opset 16) that gives each input `<type>_in` [size] back as the output `<type>`. */
export function echoGraph(types: readonly OrtType[], size: number): Buffer {
  const nodes = types.map((type) => field(1, field(1, `${type}_in`), field(2, type), field(4, 'Identity')));
  const inputs = types.map((type) => field(11, value(`${type}_in`, type, size)));
  const outputs = types.map((type) => field(12, value(type, type, size)));
  const graph = field(7, ...nodes, field(2, 'echo'), ...inputs, ...outputs);
  return Buffer.concat([number(1, 8), graph, field(8, number(2, 16))]);
}

function value(name: string, type: OrtType, size: number): Buffer {
  const tensor = field(1, number(1, elementTypes[type]), field(2, field(1, number(1, size))));
  return Buffer.concat([field(1, name), field(2, tensor)]);
}

/** A length-delimited field of protocol buffers, shorter than 16 KiB. */
function field(key: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
  return Buffer.concat([Buffer.from([(key << 3) | 2, ...length]), content]);
}

/** A field of a number below 128. */
function number(key: number, value: number): Buffer {
  return Buffer.from([key << 3, value]);
}
