import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, Composer, NoteAnswer } from '../../../src/engine/contracts/composer.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { NoteByNote } from '../../../src/engine/generation/note-by-note.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import { WorkerComposer } from '../../../src/engine/generation/worker-composer.js';
import { plainControls, twoBars } from '../contracts/composer-contract.js';
import { nullTokenComposer, plainGeneration } from './null-token-composer.js';
import { fixtureRecipe, nullComposerRecipe, nullTokenRecipe } from './recipes.js';

const start = 8;
const never = (): boolean => false;

interface Asked {
  readonly later: number;
  readonly low: number;
  readonly seed: number;
}

const asked = fc.record({ later: fc.constantFrom(0, 0.01, 0.5, 1.25, 3), low: fc.constantFrom(30, 50, 60), seed: fc.nat(9) });
/** What may happen between one question and another. */
const between = fc.array(fc.oneof(asked, fc.record({ compose: fc.integer({ min: 1, max: 4 }) }), fc.record({ interruptedAfter: fc.nat(6) })), { maxLength: 5 });

function controlsOf({ low, seed }: Asked): ComposeControls {
  return { ...plainControls, sampling: { ...plainControls.sampling, seed }, constraint: { pitchRange: { low, high: low + 24 } } };
}

class CountingModel extends NullLanguageModel {
  runs = 0;

  override async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.runs += 1;
    return super.extend(tokens);
  }
}

async function answer(composer: Composer, question: Asked, awaited?: () => boolean): Promise<NoteAnswer> {
  const fromBeat = start + question.later;
  return new NoteByNote().next(composer, { fromBeat, untilBeat: fromBeat + 32 }, controlsOf(question), awaited ?? never);
}

async function law(make: () => Composer | Promise<Composer>, numRuns: number): Promise<void> {
  const [composer, fresh] = [await make(), await make()];
  for (const each of [composer, fresh]) await each.prepare();
  await composer.prime(twoBars, start);
  await fc.assert(
    fc.asyncProperty(between, asked, async (doings, question) => {
      for (const doing of doings) {
        if ('compose' in doing) await composer.compose(start + doing.compose, plainControls, never);
        else if ('interruptedAfter' in doing) {
          let looks = 0;
          await answer(composer, { later: 0, low: 40, seed: 1 }, () => (looks += 1) > doing.interruptedAfter);
        } else await answer(composer, doing);
      }
      await fresh.prime(twoBars, start);
      const [one, other] = [await answer(composer, question), await answer(fresh, question)];
      assert.deepEqual(one, other);
      assert.ok(one.note && one.note.beat >= start + question.later);
    }),
    { numRuns },
  );
  for (const each of [composer, fresh]) await each.dispose();
}

describe('a note that is asked for', () => {
  it('is the same whatever was asked, composed and broken off since the composer was primed', () => law(() => nullTokenComposer({}), 80));

  it('is the same where the context is renewed meanwhile', () => law(() => nullTokenComposer({ contextTokens: 80 }), 40));

  it('is the same with a real model', () => law(() => makeComposer(fixtureRecipe('tiny-lm'), () => undefined), 15));

  it('is the same with a real model that writes id by id', () => law(() => makeComposer(fixtureRecipe('tiny-lm', {}, ['cpu']), () => undefined), 15));

  it('costs no run of the model where it was said before, and no more than what is said otherwise', async () => {
    const model = new CountingModel({ vocabularySize: new NullTokenizer().vocabulary.size });
    const composer = new TokenComposer(new NullTokenizer(), model, { generation: plainGeneration, sampling: {} });
    await composer.prepare();
    const runsOf = async (question: Asked): Promise<number> => {
      const before = model.runs;
      await answer(composer, question);
      return model.runs - before;
    };
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(30, 50, 60), async (question, low) => {
        const otherwise = { ...question, low };
        await composer.prime(twoBars, start);
        const asNew = (await runsOf(otherwise)) - 2;
        await composer.prime(twoBars, start);
        await runsOf(question);
        const runs = await runsOf(otherwise);
        assert.ok(runs <= asNew && (low !== question.low || runs === 0), `${runs} runs, ${asNew} as new`);
        assert.equal(await runsOf(otherwise), 0);
      }),
      { numRuns: 60 },
    );
  });

  it('is said by composers that write whole spans as well', async () => {
    const composer = await makeComposer(nullComposerRecipe, () => undefined);
    await composer.prepare();
    await composer.prime(twoBars, start);
    const notes = new NoteByNote();
    notes.primed(start);
    const spans: Composer = { prepare: async () => undefined, prime: composer.prime, compose: (...span) => composer.compose(...span), rewind: (beat) => composer.rewind(beat), dispose: async () => undefined };
    for (const fromBeat of [10.5, 8, 9.25]) {
      const { note } = await notes.next(spans, { fromBeat, untilBeat: 40 }, plainControls, never);
      assert.equal(note?.beat, Math.ceil(fromBeat));
    }
    assert.deepEqual(await notes.next(spans, { fromBeat: 8.5, untilBeat: 8.9 }, plainControls, never), {});
    await composer.dispose();
  });
});

describe('a note that is asked for in a worker', () => {
  it('is found beforehand only until somebody waits, and by somebody who waits to the end', async () => {
    const composer = new WorkerComposer(nullTokenRecipe);
    await composer.prepare();
    await composer.prime(twoBars, start);
    const question = { fromBeat: start, untilBeat: start + 32 };
    const beforehand = composer.nextNote(question, plainControls, never);
    composer.hurry();
    const broken = await beforehand;
    assert.ok(broken.isInterrupted === true && broken.note === undefined);
    const waitedFor = composer.nextNote(question, plainControls);
    composer.hurry();
    const { note } = await waitedFor;
    assert.ok(note && note.beat >= start);
    assert.deepEqual((await composer.nextNote(question, plainControls, never)).note, note);
    await composer.dispose();
  });
});
