import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { LoopComposer } from '../../../src/engine/deck/loop-composer.js';
import { Plan } from '../../../src/engine/deck/plan.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { plainControls } from '../contracts/composer-contract.js';

const never = (): boolean => false;

it('repeats every note at every whole length, however it is asked and taken back', async () => {
  const note = fc.record({ beat: fc.integer({ min: 0, max: 63 }).map((step) => step / 4), duration: fc.constantFrom(0.25, 1, 6), channel: fc.integer({ min: 0, max: 15 }), pitch: fc.integer({ min: 0, max: 127 }), velocity: fc.constant(80) });
  await fc.assert(
    fc.asyncProperty(fc.array(note), fc.constantFrom(2, 4, 8, 12), fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 1, maxLength: 12 }), fc.double({ min: 16, max: 30, noNaN: true }), async (notes, length, steps, backTo) => {
      const plan = new Plan();
      plan.add({ notes, programs: [], controls: [] });
      const loop = new LoopComposer(length, plan, () => false);
      await loop.prime(emptyScore, 16);
      let made: string[] = [];
      let beat = 16;
      for (const step of steps) {
        const span = await loop.compose(beat + step, plainControls, never);
        assert.deepEqual([span.fromBeat, span.untilBeat], [beat, beat + step]);
        made.push(...span.notes.map(({ beat: at, pitch, channel, duration }) => `${at} ${channel} ${pitch} ${duration}`));
        beat += step;
      }
      const until = beat;
      const from = Math.min(backTo, until);
      await loop.rewind(from);
      made = made.filter((each) => Number(each.split(' ')[0]) < from);
      const again = await loop.compose(until, plainControls, never);
      made.push(...again.notes.map(({ beat: at, pitch, channel, duration }) => `${at} ${channel} ${pitch} ${duration}`));
      const source = notes.filter((each) => each.beat >= 16 - length);
      const expected = [];
      for (let round = 1; 16 + (round - 1) * length < until; round += 1) {
        for (const { beat: at, pitch, channel, duration } of source) {
          const place = at + round * length;
          if (place < until) expected.push(`${place} ${channel} ${pitch} ${Math.min(duration, 16 - at)}`);
        }
      }
      assert.deepEqual(made.sort(), expected.sort());
    }),
    { numRuns: 200 },
  );
});

it('begins each round with the programs and controllers that the loop began with, where they change within', async () => {
  const plan = new Plan();
  plan.add({
    notes: [{ beat: 5, duration: 1, channel: 0, pitch: 60, velocity: 80 }],
    programs: [{ beat: 0, channel: 0, program: 1 }, { beat: 6, channel: 0, program: 2 }, { beat: 1, channel: 3, program: 7 }],
    controls: [{ beat: 2, channel: 0, controller: 7, value: 90 }, { beat: 7, channel: 0, controller: 7, value: 50 }, { beat: 2, channel: 0, controller: 11, value: 100 }],
  });
  const loop = new LoopComposer(4, plan, () => false);
  await loop.prime(emptyScore, 8);
  const { programs, controls } = await loop.compose(16, plainControls, never);
  assert.deepEqual(programs.map(({ beat, program }) => [beat, program]), [[8, 1], [10, 2], [12, 1], [14, 2]]);
  assert.deepEqual(controls.map(({ beat, value }) => [beat, value]), [[8, 90], [11, 50], [12, 90], [15, 50]]);
});

it('repeats what it took when it took over, however often it hears its past anew', async () => {
  const plan = new Plan();
  plan.add({ notes: [0, 1, 2, 3].map((beat) => ({ beat, duration: 0.5, channel: 0, pitch: 60 + beat, velocity: 80 })), programs: [], controls: [] });
  let plays = false;
  const loop = new LoopComposer(4, plan, () => plays);
  await loop.prime(emptyScore, 4);
  const pitches = async (until: number): Promise<readonly (readonly number[])[]> => (await loop.compose(until, plainControls, never)).notes.map(({ beat, pitch }) => [beat, pitch]);
  assert.deepEqual(await pitches(6), [[4, 60], [5, 61]]);
  plays = true;
  await loop.prime(emptyScore, 22.5);
  await loop.rewind(0);
  assert.deepEqual(await pitches(26), [[23, 63], [24, 60], [25, 61]]);
  loop.moved(97);
  assert.deepEqual(await pitches(27), [[26, 62]]);
  await loop.prime(emptyScore, 124);
  assert.deepEqual(await pitches(126), [[124, 63], [125, 60]]);
});
