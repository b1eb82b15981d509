import type { OrtSession, OrtSlot } from '../../../engine/generation/onnx/ort-session.js';
import type { DecoderOptions } from './options.js';
import { PastInputs, pastSlots, type PastForm } from './past-inputs.js';
import type { Pasts } from './pasts.js';

/**
 * The `step` graph: `ids` int64 [1, S], `plen` int64 [1] (rows of the past that count) and the past, of any capacity
 * P >= plen; out come `logits` [V] of the last id and `delta` [2 layers, heads, S, dimension], the new rows alone.
 */
export class StepGraph {
  private readonly past: PastInputs;

  /** Errors: `badPack`, naming the first input or output that is not as it must be. */
  constructor(
    readonly session: OrtSession,
    options: DecoderOptions,
    private readonly pasts: Pasts,
  ) {
    const form = session.inputNames.includes('past') ? 'whole' : 'layers';
    session.expect(...slots(form, options));
    this.past = new PastInputs(form, session);
  }

  /** Reads ids in one run: their rows go into the cache. The logits are good until the next run. */
  async run(ids: readonly number[]): Promise<Float32Array> {
    const { session } = this;
    const { cache } = this.pasts;
    cache.reserve(ids.length);
    const { logits, delta } = await session.run({
      ids: session.tensor(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      plen: session.tensor(BigInt64Array.of(BigInt(cache.rows)), [1]),
      ...this.past.of(cache),
    });
    cache.append(delta, ids.length);
    return logits;
  }
}

function slots(form: PastForm, options: DecoderOptions): [OrtSlot[], OrtSlot[]] {
  const { layers, keyValueHeads, headDimension, vocabularySize } = options;
  return [
    [{ name: 'ids', type: 'int64', shape: [1, 'S'] }, { name: 'plen', type: 'int64', shape: [1] }, ...pastSlots(form, options)],
    [
      { name: 'logits', type: 'float32', shape: [vocabularySize] },
      { name: 'delta', type: 'float32', shape: [2 * layers, keyValueHeads, 'S', headDimension] },
    ],
  ];
}
