import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ComputeGate } from '../../../src/engine/capacity/compute-gate.js';
import { GatedComposer } from '../../../src/engine/capacity/gated-composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { emptyScore, type Score } from '../../../src/engine/music/score.js';

/** The null composer, asking whether something is awaited. */
class AskingComposer extends NullComposer {
  readonly told: (boolean | undefined)[] = [];

  override async prime(history: Score, atBeat: number, awaited?: () => boolean): Promise<void> {
    this.told.push(awaited?.());
    await super.prime(history, atBeat);
  }

  override async rewind(toBeat: number, awaited?: () => boolean): Promise<void> {
    this.told.push(awaited?.());
    await super.rewind(toBeat);
  }
}

it('a composer that waits for its turn is told as well whether something is awaited', async () => {
  const composer = new AskingComposer();
  const gated = new GatedComposer(composer, new ComputeGate(1), { deadline: (position) => position });
  await gated.prepare();
  await gated.prime(emptyScore, 4, () => true);
  await gated.rewind(4, () => true);
  assert.deepEqual(composer.told, [true, true]);
});
