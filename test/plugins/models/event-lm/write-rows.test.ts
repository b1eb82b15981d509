import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UnitProgram, UnitState } from '../../../../src/engine/contracts/unit-table.js';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { GrammarSampler } from '../../../../src/engine/generation/sampling/grammar-sampler.js';
import { UnitWriter } from '../../../../src/engine/generation/unit-writer.js';
import { tinyModel } from './tiny-events.js';

const start = [1, 0, 0, 0, 0, 0, 0, 0, 7, 9, 137, 2201, 3372, 3386, 0, 0];
/** First id and number of ids of what a note row says. */
const blocks = [[3, 1], [9, 3], [137, 16], [2202, 3], [2329, 3], [2393, 48], [2513, 60], [154, 64]] as const;
const attributes = ['event', 'time', 'time', 'track', 'channel', 'pitch', 'velocity', 'duration'] as const;

const states: readonly UnitState[] = blocks.map(([first, count], column) => ({
  choice: {
    attribute: attributes[column],
    ids: Int32Array.from({ length: count }, (_, index) => first + index),
    biases: Float32Array.from({ length: count }, (_, index) => (index % 3) * 0.25),
  },
  next: (column + 1) % 8,
  path: blocks.slice(0, column).map(([id]) => id),
}));

const samplings = [
  { name: 'greedy', sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 } },
  { name: 'everything', sampling: { temperature: 1, topP: 1, topK: 0, minP: 0 } },
  { name: 'top-p', sampling: { temperature: 0.9, topP: 0.8, topK: 0, minP: 0 } },
  { name: 'top-k', sampling: { temperature: 1.2, topP: 1, topK: 5, minP: 0 } },
  { name: 'min-p', sampling: { temperature: 1, topP: 0.95, topK: 20, minP: 0.1 } },
];

for (const form of ['musical', 'plain'] as const) {
  describe(`event-lm, ${form}, writing rows`, () => {
    const model = tinyModel(form);

    before(() => model.prepare());
    after(() => model.dispose());

    for (const { name, sampling } of samplings) {
      it(`writes in one run what it writes id by id: ${name}`, async () => {
        const writer = new UnitWriter(model.vocabularySize);
        const program = writer.write({ states, maximumTokens: 8 }, { density: 0.5, sampling: () => sampling, beatsPerId: () => 0 });
        const uniforms = Float64Array.from({ length: 20 * 8 }, (_, index) => (index * 0.6180339887) % 1);
        const byId = await idById(program, sampling, uniforms);
        model.rewind(undefined);
        let unread: ArrayLike<number> = start;
        const rows: number[] = [];
        for (let row = 0; row < 20; row += 1) {
          const written = await model.generate!(unread, program, uniforms.slice(row * 8, row * 8 + 8));
          rows.push(...Array.from(written));
          unread = [written[written.length - 1]];
          assert.equal(model.mark().tokens, start.length + rows.length - 1);
        }
        assert.deepEqual(rows, byId);
      });
    }

    async function idById(program: UnitProgram, sampling: (typeof samplings)[number]['sampling'], uniforms: Float64Array): Promise<number[]> {
      const sampler = new GrammarSampler(model.vocabularySize);
      const allowed = new AllowedTokens(model.vocabularySize);
      const ids: number[] = [];
      model.rewind(undefined);
      let logits = await model.extend(start);
      for (let row = 0; row < 20; row += 1) {
        let drawn = 0;
        for (const [index, { choice }] of states.entries()) {
          allowed.clear();
          choice.ids.forEach((id, place) => allowed.add(id, choice.biases[place]));
          const id = sampler.sample(logits, allowed, sampling, { next: () => uniforms[row * 8 + drawn] });
          drawn += program.draws[index];
          ids.push(id);
          logits = await model.extend([id]);
        }
      }
      return ids;
    }

    it('goes on id by id behind a row written in one run', async () => {
      const program = new UnitWriter(model.vocabularySize).write({ states, maximumTokens: 8 }, { density: 0.5, sampling: () => samplings[0].sampling, beatsPerId: () => 0 });
      model.rewind(undefined);
      const written = Array.from(await model.generate!(start, program, new Float64Array(8)));
      const went = Float32Array.from(await model.extend([written[7]]));
      model.rewind({ tokens: start.length + 3 });
      const inside = Float32Array.from(await model.extend(written.slice(3)));
      model.rewind(undefined);
      const whole = await model.extend([...start, ...written]);
      for (const logits of [went, inside]) assert.ok(whole.every((logit, id) => Math.abs(logit - logits[id]) < 1e-4));
    });

    it('refuses to write inside a row', async () => {
      const program = new UnitWriter(model.vocabularySize).write({ states, maximumTokens: 8 }, { density: 0.5, sampling: () => samplings[0].sampling, beatsPerId: () => 0 });
      model.rewind(undefined);
      await assert.rejects(
        async () => model.generate!(start.slice(0, 11), program, new Float64Array(8)),
        (error) => error instanceof ContinuoError && error.errorName === 'modelFailed' && /inside rows/.test(error.message),
      );
      assert.equal(model.mark().tokens, 0);
    });
  });
}
