import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Composer } from '../../../src/engine/contracts/composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { plainControls, twoBars } from '../contracts/composer-contract.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { nullTokenComposer } from './null-token-composer.js';
import { fixtureRecipe } from './recipes.js';

const start = 8;
const end = 40;

/** What a deck may do to a composer in any order. */
const doing = fc.oneof(
  fc.record({ compose: fc.double({ min: 0.05, max: 6, noNaN: true }) }),
  fc.record({ composeStopped: fc.nat(40) }),
  fc.record({ rewind: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

/** Does all that, then composes to the end; what is left of the music. */
async function play(composer: Composer, doings: readonly object[]): Promise<Note[]> {
  await composer.prime(twoBars, start);
  let notes: Note[] = [];
  let beat = start;
  const compose = async (until: number, runs = Infinity): Promise<void> => {
    let asked = 0;
    const span = await composer.compose(until, plainControls, () => (asked += 1) > runs);
    assert.equal(span.fromBeat, beat);
    notes = [...notes, ...span.notes];
    beat = span.untilBeat;
  };
  for (const step of doings) {
    if ('compose' in step) await compose(Math.min(end, beat + (step.compose as number)));
    if ('composeStopped' in step) await compose(end, step.composeStopped as number);
    if ('rewind' in step) {
      const to = start + (beat - start) * (step.rewind as number);
      await composer.rewind(to);
      notes = notes.filter((note) => note.beat < to);
      beat = to;
    }
  }
  await compose(end);
  return notes;
}

async function law(composer: Composer, numRuns: number): Promise<void> {
  await composer.prepare();
  const straight = await play(composer, []);
  assert.ok(straight.length > 20);
  await fc.assert(
    fc.asyncProperty(fc.array(doing, { maxLength: 12 }), async (doings) => {
      assert.deepEqual(await play(composer, doings), straight);
    }),
    { numRuns },
  );
  await composer.dispose();
}

describe('a take', () => {
  it('is the same however it is asked for, stopped and taken back', async () => {
    await law(nullTokenComposer({}), 100);
  });

  it('is the same when its context is renewed many times meanwhile', async () => {
    await law(nullTokenComposer({ contextTokens: 80 }), 60);
  });

  it('is the same with a real model', async () => {
    await law(await makeComposer(fixtureRecipe('tiny-lm'), () => undefined), 12);
  });
});
