import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls } from '../../../src/engine/contracts/composer.js';
import { plainSteering } from '../../../src/engine/contracts/model-steering.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { RemiTokenizer } from '../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { composerContract, plainControls, twoBars } from '../contracts/composer-contract.js';
import { RememberingModel } from './modules/remembering-model.js';
import { plainGeneration } from './null-token-composer.js';

const bar = 4;
const trackStart = 5;
const trackEnd = 6;
const start = 8;
const end = 40;
const constraint = { meter: { numerator: 4, denominator: 4 } };

interface Made {
  readonly composer: TokenComposer;
  readonly model: RememberingModel;
}

/** Bars of tracks by a model that remembers, prepared. `decidesWith`: with that id only, and there is one part. */
async function make(decidesWith?: number): Promise<Made> {
  const hasOnePart = decidesWith !== undefined;
  const tokenizer = new RemiTokenizer({ encoding: 'base', ...(hasOnePart && { program: 0 }) });
  const favoured = [bar, trackStart, trackStart, ...(hasOnePart ? [] : [trackEnd])];
  const model = new RememberingModel({ vocabularySize: tokenizer.vocabulary.size, favoured, decidesWith });
  const composer = new TokenComposer(tokenizer, model, { generation: plainGeneration, sampling: {} });
  await composer.prepare();
  return { composer, model };
}

/** Wishes that a performer turns to at bar lines, and the state that comes back at one. */
const wishes: readonly { readonly fromBeat: number; readonly controls: ComposeControls }[] = [
  { fromBeat: 8, controls: { ...plainControls, constraint } },
  { fromBeat: 16, controls: { ...plainControls, constraint, density: 0.7, mode: 'minor' } },
  { fromBeat: 28, controls: { ...plainControls, constraint, style: 'waltz' } },
];
const recallBeat = 21;
const kept = Float32Array.from({ length: 8 }, (_, index) => Math.sin(index));

const doing = fc.oneof(
  fc.record({ compose: fc.double({ min: 0.05, max: 16, noNaN: true }) }),
  fc.record({ composeStopped: fc.nat(60) }),
  fc.record({ back: fc.integer({ min: 1, max: 6 }) }),
);

const backToTheLineAfterTheRecall = [{ compose: 18 }, { back: 1 }];

/** Plays it all with some doings on the way; what is left of the music. */
async function play({ composer }: Made, doings: readonly object[], amount = 1): Promise<Note[]> {
  await composer.prime(twoBars, start);
  let notes: Note[] = [];
  let beat = start;
  let recalled = false;
  const compose = async (until: number, runs = Infinity): Promise<void> => {
    let asked = 0;
    const stopped = (): boolean => (asked += 1) > runs;
    while (beat < until && asked <= runs) {
      const next = Math.min(until, ...wishes.map(({ fromBeat }) => fromBeat).filter((at) => at > beat), recalled || beat >= recallBeat ? end : recallBeat);
      const { controls } = wishes.findLast(({ fromBeat }) => fromBeat <= beat) ?? wishes[0];
      const span = await composer.compose(next, controls, stopped);
      assert.equal(span.fromBeat, beat);
      notes = [...notes, ...span.notes];
      beat = span.untilBeat;
      if (beat !== recallBeat || recalled || amount === 0) continue;
      await composer.recallState(kept, amount);
      recalled = true;
    }
  };
  for (const step of doings) {
    if ('compose' in step) await compose(Math.min(end, beat + (step.compose as number)));
    if ('composeStopped' in step) await compose(end, step.composeStopped as number);
    if ('back' in step) {
      const to = Math.max(start, bar * (Math.ceil(beat / bar) - (step.back as number)));
      await composer.rewind(to);
      notes = notes.filter((note) => note.beat < to);
      beat = Math.min(beat, to);
    }
  }
  await compose(end);
  return notes;
}

composerContract('a model that remembers', async () => (await make()).composer);

describe('a steered take', () => {
  for (const [amount, decidesWith] of [[0], [0.4], [1], [0.4, bar], [1, bar]]) {
    const model = decidesWith === undefined ? '' : ', by a model that decides at bar lines';
    it(`hangs on the wishes and states and where they came, not on the spans it is asked for nor on what is taken back: ${amount}${model}`, async () => {
      const made = await make(decidesWith);
      const straight = await play(made, [], amount);
      assert.ok(straight.length > 20);
      await fc.assert(
        fc.asyncProperty(fc.array(doing, { maxLength: 10 }), async (doings) => {
          assert.deepEqual(await play(made, doings, amount), straight);
        }),
        { numRuns: 30, examples: [[backToTheLineAfterTheRecall]] },
      );
    });
  }

  it('is the same when so much is taken back that the model reads its ids again', async () => {
    const made = await make();
    const straight = await play(made, []);
    const { composer } = made;
    const controls: ComposeControls = { ...plainControls, constraint, sampling: { ...plainControls.sampling, seed: 3 } };
    const more = (await composer.compose(360, controls, () => false)).notes;
    assert.ok(more.length > 300);
    await composer.rewind(end);
    assert.deepEqual((await composer.compose(360, controls, () => false)).notes, more);
    assert.deepEqual(await play(made, []), straight);
  });

  it('is another with other wishes, and where a state is recalled', async () => {
    const made = await make();
    const whole = await play(made, [], 0);
    const recalled = await play(made, [], 1);
    assert.deepEqual(recalled.filter(({ beat }) => beat < recallBeat), whole.filter(({ beat }) => beat < recallBeat));
    assert.notDeepEqual(recalled, whole);
    const { composer } = made;
    await composer.prime(twoBars, start);
    const { notes } = await composer.compose(end, wishes[0].controls, () => false);
    const untilTurned = ({ beat }: Note): boolean => beat < wishes[1].fromBeat;
    assert.deepEqual(notes.filter(untilTurned), whole.filter(untilTurned));
    assert.notDeepEqual(notes, whole);
  });

  it('reads its past without wishes, whatever was wished before', async () => {
    const made = await make();
    const { composer, model } = made;
    await play(made, []);
    model.told.length = 0;
    await composer.prime(twoBars, start);
    await composer.compose(start + 4, wishes[1].controls, () => false);
    const { density, mode, style, sampling } = wishes[1].controls;
    const wished = { seed: sampling.seed, temperature: sampling.temperature, density, mode, style };
    assert.deepEqual([model.told[0], model.told.at(-1)], [plainSteering, wished]);
    assert.ok(model.told.every((told) => told === plainSteering || told.mode === mode), 'no wish of before is told');
  });
});

describe('a kept state', () => {
  it('is that of the beat that is asked for, and of nothing that was taken back', async () => {
    const { composer } = await make();
    const { controls } = wishes[0];
    await composer.prime(emptyScore, 0);
    const whole = (await composer.compose(32, controls, () => false)).notes;
    await composer.rewind(16);
    const own = await composer.keepState(15.9);
    await composer.compose(20, controls, () => false);
    assert.notDeepEqual(await composer.keepState(16), own);
    await composer.rewind(16);
    assert.deepEqual(await composer.keepState(12), own, 'what is taken back is forgotten');
    assert.deepEqual((await composer.compose(32, controls, () => false)).notes, whole.filter(({ beat }) => beat >= 16));
  });

  it('is refused where it is not of the model', async () => {
    const { composer } = await make();
    await assert.rejects(composer.recallState(new Float32Array(3), 1), { errorName: 'badValue', message: /3 numbers and the memory of this model 8/ });
  });

  it('is forgotten when the composer is primed anew', async () => {
    const { composer } = await make();
    const { controls } = wishes[0];
    const first = await composer.prime(twoBars, start).then(() => composer.compose(24, controls, () => false));
    await composer.prime(twoBars, start);
    await composer.recallState(kept, 1);
    assert.notDeepEqual((await composer.compose(24, controls, () => false)).notes, first.notes);
    await composer.prime(twoBars, start);
    assert.deepEqual((await composer.compose(24, controls, () => false)).notes, first.notes);
  });
});
