import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { Limits } from './limits.js';
import { countBits } from './pattern.js';
import { loudestVelocity, type Onsets, type VelocityCodec } from './velocity-codec.js';
import { firstVelocity, velocityCodes } from './vocabulary.js';

const listsKept = 256;

/** Chooses the velocity codes that keep every onset of a cell in range. */
export class VelocityChoice {
  private readonly lists = new Map<string, Int32Array>();

  constructor(private readonly codec: VelocityCodec) {}

  /**
   * @param onsets of the cell; the code of a cell without any says nothing new
   * @param held velocity of the note that goes on into the cell; 0 where it is not known
   */
  allow(onsets: Onsets, held: number, { softest, loudest }: Limits, allowed: AllowedTokens): void {
    const count = countBits(onsets.onsetLow) + countBits(onsets.onsetHigh);
    if (count === 0 && held > 0) {
      allowed.add(firstVelocity + held - 1);
      return;
    }
    if (count === 0) {
      allowed.addRange(firstVelocity + softest - 1, firstVelocity + loudest - 1);
      return;
    }
    if (softest === 1 && loudest === loudestVelocity) {
      allowed.addRange(firstVelocity, firstVelocity + velocityCodes - 1);
      return;
    }
    const ids = this.idsFor(onsets, count, softest, loudest);
    allowed.ids.set(ids);
    allowed.biases.fill(0, 0, ids.length);
    allowed.count = ids.length;
  }

  private idsFor(onsets: Onsets, count: number, softest: number, loudest: number): Int32Array {
    const key = `${onsets.onsetLow} ${onsets.onsetHigh} ${softest} ${loudest}`;
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    if (this.lists.size >= listsKept) this.lists.clear();
    const ids: number[] = [];
    for (let code = 0; code < velocityCodes; code += 1) {
      let index = 0;
      while (index < count && isWithin(this.codec.velocity(code, index, onsets), softest, loudest)) index += 1;
      if (index === count) ids.push(firstVelocity + code);
    }
    const list = Int32Array.from(ids);
    this.lists.set(key, list);
    return list;
  }
}

function isWithin(velocity: number, softest: number, loudest: number): boolean {
  return velocity >= softest && velocity <= loudest;
}
