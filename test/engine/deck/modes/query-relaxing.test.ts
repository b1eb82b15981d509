import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { settle, withoutContradictions, type Attempt } from '../../../../src/engine/deck/modes/query-relaxing.js';
import { cheapestFirst, type QueryWishes, type QueryWord } from '../../../../src/engine/deck/modes/query-wishes.js';

const note = { beat: 1, duration: 1, channel: 0, pitch: 60, velocity: 80 };
const words = fc.subarray([...cheapestFirst], { minLength: 1 });

/** Wishes that contradict nothing. */
function wish(given: readonly QueryWord[]): QueryWishes {
  const value = (word: QueryWord): number => (['latest', 'longest', 'highVelocity', 'highPitch'].includes(word) ? 9 : 5);
  return Object.fromEntries(given.map((word) => [word, value(word)]));
}

/**
 * A composer for whom some words cannot be met, whatever else is asked, and others only where the words they clash with are not
 * asked for. It counts how often it is asked.
 */
function world(wishes: QueryWishes, impossible: readonly QueryWord[], clashes: readonly (readonly [QueryWord, QueryWord])[]) {
  const asked: QueryWishes[] = [];
  const ask = async (kept: QueryWishes): Promise<Attempt> => {
    asked.push(kept);
    const has = (word: QueryWord): boolean => kept[word] !== undefined;
    // Of two that clash the dearer gives way: the worst that a composer can do.
    const lost = clashes.flatMap(([one, other]) => (has(one) && has(other) ? [[one, other].sort((a, b) => cheapestFirst.indexOf(b) - cheapestFirst.indexOf(a))[0]] : []));
    const left = cheapestFirst.filter((word) => wishes[word] !== undefined && (!has(word) || impossible.includes(word) || lost.includes(word)));
    return { note, left };
  };
  return { asked, ask };
}

describe('what is given up where wishes cannot all be met', () => {
  it('is nothing, and asked once, where all can be met', async () => {
    await fc.assert(fc.asyncProperty(words, async (given) => {
      const { asked, ask } = world(wish(given), [], []);
      assert.deepEqual((await settle(wish(given), undefined, ask)).left, []);
      assert.equal(asked.length, 1);
    }));
  });

  it('is what cannot be met, and nothing that can', async () => {
    await fc.assert(fc.asyncProperty(words, words, async (given, impossible) => {
      const { ask } = world(wish(given), impossible, []);
      assert.deepEqual((await settle(wish(given), undefined, ask)).left, cheapestFirst.filter((word) => given.includes(word) && impossible.includes(word)));
    }));
  });

  it('is the cheaper of two that clash', async () => {
    await fc.assert(fc.asyncProperty(words, fc.constantFrom(...cheapestFirst), fc.constantFrom(...cheapestFirst), async (given, one, other) => {
      fc.pre(one !== other && given.includes(one) && given.includes(other));
      const { ask } = world(wish(given), [], [[one, other]]);
      const { left } = await settle(wish(given), undefined, ask);
      const [cheaper, dearer] = [one, other].sort((a, b) => cheapestFirst.indexOf(a) - cheapestFirst.indexOf(b));
      assert.ok(left.includes(cheaper) && !left.includes(dearer), `${one} and ${other} clash, ${left.join(' ')} given up`);
      assert.ok(left.every((word) => cheapestFirst.indexOf(word) <= cheapestFirst.indexOf(cheaper)), 'nothing dearer than that');
    }));
  });

  it('is told without asking where wishes contradict each other, and where a pack cannot be asked for it', async () => {
    assert.deepEqual(withoutContradictions({ earliest: 2, latest: 1, lowPitch: 60, highPitch: 50 }), { earliest: 2, highPitch: 50 });
    assert.deepEqual(withoutContradictions({ earliest: 1, latest: 2, shortest: 1, longest: 1 }), { earliest: 1, latest: 2, shortest: 1, longest: 1 });
    const { asked, ask } = world(wish(['latest', 'channel']), ['channel'], []);
    assert.deepEqual((await settle(wish(['latest', 'channel']), ['maximumRestBeats'], ask)).left, ['channel']);
    assert.equal(asked.length, 1);
  });

  it('is one wish after the other where no note is said at all, and asking ends where somebody waits', async () => {
    let count = 0;
    const mute = async (kept: QueryWishes): Promise<Attempt> => {
      count += 1;
      return Object.keys(kept).length > 1 ? { left: [] } : { note, left: ['latest', 'channel'] };
    };
    assert.equal((await settle(wish(['latest', 'channel', 'lowPitch']), undefined, mute)).note, note);
    assert.equal(count, 3);
    const broken = await settle(wish(['latest', 'channel']), undefined, async () => ({ left: [], isInterrupted: true }));
    assert.equal(broken.isInterrupted, true);
  });
});
