import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { forbidden, type UnitProgram } from '../../../../src/engine/contracts/unit-table.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { languageModelContract } from '../../../engine/contracts/language-model-contract.js';
import { runtime, tinyContext, tinyGenContext } from './tiny-pack.js';

const rows = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [7, 9, 137, 2201, 3372, 3386, 0, 0],
  [3, 9, 137, 2202, 2329, 2405, 2553, 169],
  [3, 10, 141, 2202, 2329, 2409, 2553, 161],
].flat();
const vocabularySize = 3406;
/** First and last id of each column of a note, that of its kind among them. */
const columns = [[3, 3], [9, 12], [137, 152], [2201, 2204], [2329, 2329], [2345, 2472], [2474, 2600], [154, 200]] as const;

/** A greedy row of a note. */
function noteProgram(): UnitProgram {
  const count = columns.length;
  const biases = new Float32Array(count * vocabularySize).fill(forbidden);
  const next = new Int32Array(count * vocabularySize);
  columns.forEach(([first, last], state) => {
    biases.fill(0, state * vocabularySize + first, state * vocabularySize + last + 1);
    next.fill((state + 1) % count, state * vocabularySize, (state + 1) * vocabularySize);
  });
  return {
    stateCount: count,
    maximumTokens: count,
    biases,
    next,
    temperatures: new Float64Array(count).fill(1),
    leastShares: new Float64Array(count).fill(1),
    draws: new Float64Array(count),
    forced: Int32Array.from(columns, ([first, last]) => (first === last ? first : -1)),
    firsts: Int32Array.from(columns, ([first]) => first),
    lasts: Int32Array.from(columns, ([, last]) => last),
    topP: 1,
    topK: 0,
  };
}

/** The same by the logits of single ids. */
async function greedyNote(model: DecoderLanguageModel, unread: readonly number[]): Promise<number[]> {
  const ids: number[] = [];
  let tokens = unread;
  for (const [first, last] of columns) {
    const logits = await model.extend(tokens);
    let best: number = first;
    for (let id = first; id <= last; id += 1) if (logits[id] > logits[best]) best = id;
    ids.push(best);
    tokens = [best];
  }
  return ids;
}

for (const role of ['cpuGen', 'gpuGen'] as const) {
  languageModelContract(`decoder-lm with ${role}`, () => new DecoderLanguageModel(tinyGenContext(role), runtime), { tokens: rows });

  describe(`decoder-lm writing units with ${role}`, () => {
    const plain = new DecoderLanguageModel(tinyContext(), runtime);
    const model = new DecoderLanguageModel(tinyGenContext(role), runtime);

    before(async () => {
      await plain.prepare();
      await model.prepare();
    });

    after(async () => {
      await plain.dispose();
      await model.dispose();
    });

    const write = async (unread: readonly number[]): Promise<number[]> => Array.from((await model.generate?.(unread, noteProgram(), new Float64Array(8))) ?? []);

    it('writes 256 ids that single steps would have chosen', async () => {
      plain.rewind(undefined);
      model.rewind(undefined);
      let unread: readonly number[] = rows;
      for (let note = 0; note < 32; note += 1) {
        const ids = await write(unread);
        assert.deepEqual(ids, await greedyNote(plain, unread));
        assert.equal(model.mark().tokens, rows.length + 8 * (note + 1) - 1);
        unread = ids.slice(-1);
      }
    });

    it('goes on by single ids from what it wrote', async () => {
      plain.rewind(undefined);
      model.rewind(undefined);
      const ids = await write(rows);
      const expected = await plain.extend([...rows, ...ids]);
      const logits = await model.extend(ids.slice(-1));
      assert.ok(logits.every((logit, id) => Math.abs(logit - expected[id]) < 1e-4));
    });

    it('writes the same again after a rewind, and where much is unread', async () => {
      model.rewind(undefined);
      const first = await write(rows);
      model.rewind({ tokens: 16 });
      assert.deepEqual(await write(rows.slice(16)), first);
      const long = Array.from({ length: 320 }, (_, index) => rows[index % rows.length]);
      model.rewind(undefined);
      const whole = await write(long);
      model.rewind(undefined);
      await model.extend(long.slice(0, 300));
      assert.deepEqual(await write(long.slice(300)), whole);
    });

    it('says when its context has no room for a unit, and writes nothing', async () => {
      model.rewind(undefined);
      await model.extend(Array.from({ length: 504 }, (_, index) => rows[index % rows.length]));
      await assert.rejects(write([1, 0]), (error) => error instanceof ContinuoError && /context of 512 tokens is full/.test(error.message));
      assert.equal(model.mark().tokens, 504);
      assert.equal((await write([1])).length, 8);
    });
  });
}

describe('decoder-lm without a graph that writes units', () => {
  it('does not offer to write them', async () => {
    const model = new DecoderLanguageModel(tinyContext(), runtime);
    await model.prepare();
    assert.equal(model.generate, undefined);
    await model.dispose();
  });

  it('says what is wrong with one that does not fit', async () => {
    const { options, files } = tinyContext();
    const model = new DecoderLanguageModel({ options, files: { ...files, cpuGen: files.cpu } }, runtime);
    await assert.rejects(model.prepare(), (error) => error instanceof ContinuoError && error.errorName === 'badPack' && /no input count/.test(error.message));
  });
});
