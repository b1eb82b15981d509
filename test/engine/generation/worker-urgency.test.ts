import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { describe, it } from 'node:test';
import { WorkerComposer, type WorkerOptions } from '../../../src/engine/generation/worker-composer.js';
import { plainControls } from '../contracts/composer-contract.js';
import { priorityRecipe } from './recipes.js';

/** The priorities of the thread and of one it made, in the first span and in the second. */
async function priorities(options: WorkerOptions): Promise<readonly (readonly [number, number])[]> {
  const composer = new WorkerComposer(priorityRecipe, undefined, undefined, options);
  await composer.prepare();
  const spans = [];
  for (const beat of [1, 2]) spans.push(await composer.compose(beat, plainControls, () => false));
  await composer.dispose();
  return spans.map(({ notes: [{ velocity, pitch }] }) => [velocity, pitch] as const);
}

describe('the priority of an inference thread', { skip: process.platform !== 'linux' }, () => {
  it('is the lowest from the start, so that no model delays a note', async () => {
    assert.deepEqual(await priorities({}), [[19, 19], [19, 19]]);
  });

  it('is the ordinary one until the first span where somebody waits for that, then the lowest, with the threads the model made', async () => {
    const ordinary = getPriority();
    assert.deepEqual(await priorities({ urgent: true }), [[ordinary, ordinary], [19, 19]]);
  });
});
