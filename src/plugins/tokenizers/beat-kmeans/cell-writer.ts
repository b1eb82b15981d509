import type { Cell } from './beat-cells.js';
import type { Codebook } from './codebook.js';
import { hasOnset } from './pattern.js';
import { constantCode, type Onsets, type VelocityCodec } from './velocity-codec.js';
import { firstPitch, firstVelocity, framesPerBeat } from './vocabulary.js';

/**
 * Turns cells into ids: pitch, pattern codes, velocity. It follows what the codes say rather than what was asked of
 * them, so that writing the decoding again gives the same ids.
 */
export class CellWriter {
  private readonly codes = new Int32Array(4);
  /** Velocity of the note last struck on each key, as its code says it. */
  private readonly struck = new Uint8Array(128).fill(64);
  private readonly velocities = new Uint8Array(framesPerBeat);

  /** @param velocityCodec absent where the stream has no velocities. */
  constructor(
    private readonly codebook: Codebook,
    private readonly velocityCodec: VelocityCodec | undefined,
  ) {}

  write(cell: Cell, push: (id: number) => void): void {
    const count = this.codebook.choose(cell.pattern, this.codes);
    push(firstPitch + cell.pitch);
    for (let index = 0; index < count; index += 1) push(this.codes[index]);
    if (this.velocityCodec) push(firstVelocity + this.velocityCode(this.velocityCodec, cell, count));
  }

  private velocityCode(codec: VelocityCodec, cell: Cell, count: number): number {
    if (cell.onsets === 0) return constantCode(this.struck[cell.pitch]);
    const said = this.saidOnsets(cell, count);
    const onsets = this.gatherVelocities(cell, said);
    const code = codec.nearest(this.velocities, said);
    this.struck[cell.pitch] = codec.velocity(code, onsets - 1, said);
    return code;
  }

  /** Where the codes say that the key is struck. */
  private saidOnsets(cell: Cell, count: number): Onsets {
    return cell.onsets > 1 ? this.codebook.joined(this.codes.subarray(0, count)) : cell.pattern;
  }

  /** The velocities of the onsets that the codes say; returns how many they are. */
  private gatherVelocities(cell: Cell, said: Onsets): number {
    if (!sameOnsets(said, cell.pattern)) return this.borrowVelocities(cell, said);
    this.velocities.set(cell.velocities.subarray(0, cell.onsets));
    return cell.onsets;
  }

  /** Gives each onset that is said the velocity of the nearest one in the cell. */
  private borrowVelocities(cell: Cell, said: Onsets): number {
    let onsets = 0;
    for (let frame = 0; frame < framesPerBeat; frame += 1) {
      if (!hasOnset(said, frame)) continue;
      let nearest = 0;
      for (let index = 1; index < cell.onsets; index += 1) {
        if (Math.abs(cell.onsetFrames[index] - frame) < Math.abs(cell.onsetFrames[nearest] - frame)) nearest = index;
      }
      this.velocities[onsets] = cell.velocities[nearest];
      onsets += 1;
    }
    return onsets;
  }
}

function sameOnsets(a: Onsets, b: Onsets): boolean {
  return a.onsetLow === b.onsetLow && a.onsetHigh === b.onsetHigh;
}
