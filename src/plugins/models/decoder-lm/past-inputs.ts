import type { KeyValueCache } from '../../../engine/generation/onnx/key-value-cache.js';
import type { OrtSession, OrtSlot, OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import type { DecoderOptions } from './options.js';

/** How a graph takes the past: in one input, `past`, or in one for the keys and one for the values of each layer. */
export type PastForm = 'whole' | 'layers';

/** Inputs of the past, as a graph must have them. */
export function pastSlots(form: PastForm, { layers, keyValueHeads, headDimension }: DecoderOptions): OrtSlot[] {
  if (form === 'whole') return [{ name: 'past', type: 'float32', shape: [2 * layers, keyValueHeads, 'P', headDimension] }];
  return Array.from({ length: 2 * layers }, (_, index): OrtSlot => {
    return { name: pastName(index), type: 'float32', shape: [1, keyValueHeads, 'P', headDimension] };
  });
}

/** The past as a graph's inputs, over the buffer of a cache: made anew only when another buffer holds the past. */
export class PastInputs {
  private buffer: Float32Array | undefined;
  private tensors: Record<string, OrtTensor> = {};

  constructor(
    private readonly form: PastForm,
    private readonly session: OrtSession,
  ) {}

  /** Good until the cache grows, or another is in use. */
  of(cache: KeyValueCache): Record<string, OrtTensor> {
    if (cache.buffer !== this.buffer) {
      this.tensors = pastTensors(this.form, this.session, cache);
      this.buffer = cache.buffer;
    }
    return this.tensors;
  }
}

function pastTensors(form: PastForm, session: OrtSession, { buffer, capacity, layers, heads, dimension }: KeyValueCache): Record<string, OrtTensor> {
  if (form === 'whole') return { past: session.tensor(buffer, [2 * layers, heads, capacity, dimension]) };
  const size = heads * capacity * dimension;
  return Object.fromEntries(
    Array.from({ length: 2 * layers }, (_, index) => {
      const part = buffer.subarray(index * size, (index + 1) * size);
      return [pastName(index), session.tensor(part, [1, heads, capacity, dimension])];
    }),
  );
}

function pastName(index: number): string {
  return `past_${index % 2 === 0 ? 'k' : 'v'}${index >> 1}`;
}
