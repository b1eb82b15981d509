import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { Limits } from './limits.js';
import { velocityOf } from './velocity-table.js';
import { firstVelocity, velocityCodes } from './vocabulary.js';

const listsKept = 64;

/** Chooses the velocity codes that keep every onset of a cell in range. */
export class VelocityChoice {
  private readonly lists = new Map<string, Int32Array>();

  /** @param onsets of the cell; the code of a cell without any says nothing. */
  allow(onsets: number, { softest, loudest }: Limits, allowed: AllowedTokens): void {
    if (onsets === 0) {
      allowed.addRange(firstVelocity + softest - 1, firstVelocity + loudest - 1);
      return;
    }
    const ids = this.idsFor(onsets, softest, loudest);
    allowed.ids.set(ids);
    allowed.biases.fill(0, 0, ids.length);
    allowed.count = ids.length;
  }

  private idsFor(onsets: number, softest: number, loudest: number): Int32Array {
    const key = `${onsets} ${softest} ${loudest}`;
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    if (this.lists.size >= listsKept) this.lists.clear();
    const ids: number[] = [];
    for (let code = 0; code < velocityCodes; code += 1) {
      const isInside = Array.from({ length: onsets }, (_, index) => velocityOf(code, index, onsets)).every(
        (velocity) => velocity >= softest && velocity <= loudest,
      );
      if (isInside) ids.push(firstVelocity + code);
    }
    const list = Int32Array.from(ids);
    this.lists.set(key, list);
    return list;
  }
}
