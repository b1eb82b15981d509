import { readFileSync } from 'node:fs';
import { readFields } from '../../src/plugins/tokenizers/theremin/sentencepiece/protobuf-reader.js';

/** Field numbers of ONNX messages. */
const onnx = { modelGraph: 7, graphNode: 1, graphInitializer: 5, nodeAttribute: 5, attributeGraph: 6, tensorDimension: 1, tensorName: 8, tensorBytes: 9 };
/** Tables of which a run reads a row, not all. */
const tables = /embedding/;

/** Bytes of the matrices of an ONNX file that every run of one id reads; those of loops count once. */
export function weightBytes(file: string): number {
  const model = readFileSync(file);
  return sum(fields(model, onnx.modelGraph), (graph) => ofGraph(graph));
}

function ofGraph(graph: Uint8Array): number {
  const own = sum(fields(graph, onnx.graphInitializer), ofTensor);
  const inner = sum(fields(graph, onnx.graphNode), (node) =>
    sum(fields(node, onnx.nodeAttribute), (attribute) => sum(fields(attribute, onnx.attributeGraph), ofGraph)),
  );
  return own + inner;
}

function ofTensor(tensor: Uint8Array): number {
  const [name] = fields(tensor, onnx.tensorName);
  if (name && tables.test(Buffer.from(name).toString())) return 0;
  return sum(fields(tensor, onnx.tensorBytes), (bytes) => bytes.length);
}

function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const { number, value } of readFields(message)) {
    if (number === wanted && typeof value !== 'number') found.push(value);
  }
  return found;
}

function sum(parts: readonly Uint8Array[], size: (part: Uint8Array) => number): number {
  return parts.reduce((total, part) => total + size(part), 0);
}
