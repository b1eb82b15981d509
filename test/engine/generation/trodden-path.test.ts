import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { TroddenPath } from '../../../src/engine/generation/trodden-path.js';

const last = 7;
const endOfRun = 9;

/** Its opinion hangs on the runs that it read its context in, as that of a model that rounds. */
class RoundingModel extends NullLanguageModel {
  runs = 0;

  override async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.runs += 1;
    return super.extend([...Array.from(tokens), endOfRun]);
  }
}

async function begun(): Promise<{ model: RoundingModel; path: TroddenPath }> {
  const model = new RoundingModel({ vocabularySize: 10 });
  await model.prepare();
  const path = new TroddenPath(model);
  await path.extend([1, 2, 3]);
  await path.begin([last]);
  return { model, path };
}

/** Ids of the runs of a question, in a vocabulary so small that questions often begin alike. */
const question = fc.array(fc.array(fc.nat(1), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 5 });

/** Where it begins the last id of the past is still to be read. */
const withLast = ([first, ...others]: number[][]): number[][] => [[last, ...first], ...others];

async function ask(path: TroddenPath, runs: number[][]): Promise<number[][]> {
  const opinions: number[][] = [];
  for (const ids of runs) opinions.push(Array.from(await path.extend(ids)));
  return opinions;
}

describe('a path that is remembered', () => {
  it('is gone as if for the first time, whatever was gone before, at no cost up to the fork', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(question, { maxLength: 4 }), question, async (former, asked) => {
        const { model, path } = await begun();
        const start = path.mark();
        for (const each of former) {
          await ask(path, withLast(each));
          path.rewind(start);
          assert.equal(path.mark().tokens, start.tokens);
        }
        const { runs } = model;
        const opinions = await ask(path, withLast(asked));
        assert.deepEqual(opinions, await ask((await begun()).path, withLast(asked)));
        const latest = former.at(-1) ?? [];
        const fork = asked.findIndex((ids, index) => String(ids) !== String(latest[index]));
        // What was gone before the latest way is still known where that was a part of it.
        assert.ok(model.runs - runs <= (fork < 0 ? 0 : asked.length - fork));
      }),
      { numRuns: 200 },
    );
  });

  it('can be gone back on to any place of it', async () => {
    await fc.assert(
      fc.asyncProperty(question, fc.nat(4), question, async (gone, back, then) => {
        const { path } = await begun();
        const marks = [path.mark()];
        for (const ids of withLast(gone)) {
          await path.extend(ids);
          marks.push(path.mark());
        }
        const kept = Math.min(back, gone.length);
        path.rewind(marks[kept]);
        assert.equal(path.mark().tokens, marks[kept].tokens);
        const rest = kept === 0 ? withLast(then) : then;
        const straight = await ask((await begun()).path, [...withLast(gone).slice(0, kept), ...rest]);
        assert.deepEqual(await ask(path, rest), straight.slice(kept));
      }),
      { numRuns: 200 },
    );
  });

  it('lets the model be asked otherwise where we stand, and begins anew in an empty context', async () => {
    const { model, path } = await begun();
    const start = path.mark();
    await path.extend([last, 1]);
    path.rewind(start);
    path.goBack();
    assert.deepEqual(model.mark(), start);
    path.rewind(undefined);
    assert.equal(model.mark().tokens, 0);
    const { runs } = model;
    await path.extend([1]);
    await path.extend([2]);
    assert.equal(model.runs - runs, 2);
  });
});
