import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Plan } from '../../../../src/engine/deck/plan.js';
import { Recollection } from '../../../../src/engine/deck/steering/recollection.js';

const noteAt = (beat: number) => ({ beat, duration: 0.5, channel: 0, pitch: Math.floor(beat * 4) % 128, velocity: 80 });

it('is the music that was heard and what is planned after it, wherever the host has jumped to and whatever the plan has forgotten', () => {
  const step = fc.record({ passes: fc.double({ min: 0.01, max: 90, noNaN: true }), jumps: fc.constantFrom(0, 0, 8, -40, 100) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), fc.array(step, { minLength: 1, maxLength: 40 }), (beats, steps) => {
      const plan = new Plan();
      const memory = new Recollection();
      let [source, now, written] = [4, 4, 4];
      for (const { passes, jumps } of steps) {
        for (const target = now + passes; now < target; now = Math.min(target, now + 1)) {
          for (; written < now + 8; written += 0.25) plan.add({ notes: [{ ...noteAt(written), pitch: noteAt(written - source).pitch }], programs: [], controls: [] });
          plan.forget(now);
          memory.keep(plan, source, beats, now);
        }
        [source, now, written] = [source + jumps, now + jumps, written + jumps];
        plan.shift(jumps);
        const known = Math.min(beats, written - source);
        assert.deepEqual(
          memory.notes(plan, source, known).map(({ beat, pitch }) => [beat, pitch]),
          Array.from({ length: Math.ceil(4 * known) }, (_unused, index) => [index / 4, index % 128]),
        );
      }
    }),
    { numRuns: 40 },
  );
});

it('is heard anew where its music is played again from before its end', () => {
  const plan = new Plan();
  const memory = new Recollection();
  plan.add({ notes: [0, 1, 2, 3].map(noteAt), programs: [], controls: [] });
  memory.keep(plan, 0, 4, 4);
  plan.cut(0, 4);
  assert.deepEqual(memory.notes(plan, 0, 4), [0, 1, 2, 3].map(noteAt));
  plan.add({ notes: [10, 11.5, 12].map(noteAt), programs: [], controls: [] });
  memory.keep(plan, 10, 4, 11);
  assert.deepEqual(memory.notes(plan, 10, 4).map(({ beat }) => beat), [0, 1.5, 2]);
});
