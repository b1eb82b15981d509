import { readFileSync } from 'node:fs';
import { ContinuoError } from '../../../engine/errors.js';

const floatBytes = 4;

/** The bars a model chooses among: K places of the space of bars, how wide each is, and how many notes are played there. */
export class CodeBook {
  readonly count: number;
  /** How far each code's onsets per beat are from the middle of all, in standard deviations. */
  readonly busyness: Float32Array;

  /** @param values K rows of `latentSize` means, as many standard deviations, and onsets per beat. */
  constructor(
    private readonly values: Float32Array,
    readonly latentSize: number,
  ) {
    this.count = values.length / this.rowSize;
    this.busyness = standardised(Float32Array.from({ length: this.count }, (_, code) => values[(code + 1) * this.rowSize - 1]));
  }

  centre(code: number): Float32Array {
    const start = code * this.rowSize;
    return this.values.subarray(start, start + this.latentSize);
  }

  deviation(code: number): Float32Array {
    const start = code * this.rowSize + this.latentSize;
    return this.values.subarray(start, start + this.latentSize);
  }

  /** The code whose middle is nearest to `latent`; the first of those that are equally near. */
  nearest(latent: Float32Array): number {
    let best = 0;
    let least = Infinity;
    for (let code = 0; code < this.count; code += 1) {
      const start = code * this.rowSize;
      let distance = 0;
      for (let index = 0; index < this.latentSize; index += 1) distance += (latent[index] - this.values[start + index]) ** 2;
      if (distance < least) [best, least] = [code, distance];
    }
    return best;
  }

  private get rowSize(): number {
    return 2 * this.latentSize + 1;
  }
}

/** Reads little endian float32. Errors: `badPack` when the file is not there or holds something else. */
export function readCodeBook(path: string, codes: number, latentSize: number): CodeBook {
  const count = codes * (2 * latentSize + 1);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new ContinuoError('badPack', `the codes ${path} cannot be read; copy the pack again`, { cause });
  }
  if (bytes.length !== count * floatBytes) {
    throw new ContinuoError('badPack', `the codes ${path} have ${bytes.length} bytes, and ${codes} codes of ${latentSize} numbers take ${count * floatBytes}; export the pack anew`);
  }
  const values = Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(index * floatBytes));
  if (!values.every(Number.isFinite)) throw new ContinuoError('badPack', `the codes ${path} hold what is no number; export the pack anew`);
  return new CodeBook(values, latentSize);
}

function standardised(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
}
