import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anchorPatterns, heldIndex, struckIndex } from '../../../../src/plugins/tokenizers/beat-kmeans/anchors.js';
import { Codebook, nothingLearned } from '../../../../src/plugins/tokenizers/beat-kmeans/codebook.js';
import {
  patternOf,
  patternOfText,
  patternText,
  runsOf,
  type Pattern,
} from '../../../../src/plugins/tokenizers/beat-kmeans/pattern.js';
import { framesOfCode } from '../../../../src/plugins/tokenizers/beat-kmeans/vocabulary.js';
import { anchors, shipped } from './support.js';

function chosen(codebook: Codebook, text: string): number[] {
  const codes = new Int32Array(4);
  return [...codes.subarray(0, codebook.choose(patternOfText(text, 48), codes))];
}

function said(codebook: Codebook, text: string): string {
  return patternText(codebook.joined(chosen(codebook, text)), 48);
}

/** A cell that is not silent, from a choice for each frame: 0 to be silent, 1 to strike, 2 to go on. */
function cellText(choices: readonly number[]): string {
  let text = '';
  for (const choice of choices) {
    const mayGoOn = text === '' || !text.endsWith('.');
    text += choice === 1 || (choice === 2 && !mayGoOn) ? 'x' : choice === 2 ? '-' : '.';
  }
  return /[x-]/.test(text) ? text : `x${text.slice(1)}`;
}

const anyCell = fc
  .array(fc.constantFrom(0, 0, 1, 2, 2, 2, 2, 2), { minLength: 48, maxLength: 48 })
  .map(cellText);

/** At most one onset in each quarter of the beat. */
const calmCell = fc
  .array(fc.record({ held: fc.integer({ min: 0, max: 12 }), rest: fc.integer({ min: 0, max: 11 }), length: fc.integer({ min: 0, max: 12 }) }), {
    minLength: 4,
    maxLength: 4,
  })
  .map((quarters) => {
    let text = '';
    for (const { held, rest, length } of quarters) {
      const goesOn = text === '' || !text.endsWith('.') ? held : 0;
      const struck = length > 0 ? `x${'-'.repeat(length - 1)}` : '';
      text += `${'-'.repeat(goesOn)}${'.'.repeat(rest)}${struck}`.padEnd(12, '.').slice(0, 12);
    }
    return /[x-]/.test(text) ? text : `x${text.slice(1)}`;
  });

describe('the codebook of beat-kmeans', () => {
  it('has as many anchors as there are patterns of their kinds', () => {
    assert.deepEqual([48, 24, 12].map((frames) => anchorPatterns(frames).length), [1224, 325, 377]);
  });

  it('numbers anchors by formula as they are enumerated', () => {
    for (const frames of [48, 24, 12]) {
      const texts = anchorPatterns(frames).map((pattern) => patternText(pattern, frames));
      for (let end = 1; end <= frames; end += 1) {
        assert.equal(texts[heldIndex(frames, end)], '-'.repeat(end).padEnd(frames, '.'));
        for (let start = 0; start < end; start += 1) {
          const expected = `${'.'.repeat(start)}x${'-'.repeat(end - start - 1)}`.padEnd(frames, '.');
          assert.equal(texts[struckIndex(frames, start, end)], expected);
        }
      }
      assert.equal(new Set(texts).size, texts.length);
    }
  });

  it('keeps the order of a held and a struck sound on level 3: by end, then start, then end', () => {
    const texts = anchorPatterns(12).slice(91).map((pattern) => patternText(pattern, 12));
    assert.equal(texts.length, 286);
    assert.deepEqual(texts.slice(0, 2), ['-x..........', '-x-.........']);
    assert.equal(texts.at(-1), '-----------x');
  });

  it('tells a cell of one sound with one code', () => {
    assert.deepEqual(chosen(shipped, '-'.repeat(48)), [47]);
    assert.deepEqual(chosen(shipped, `x${'-'.repeat(47)}`), [48 + 47]);
    assert.deepEqual(chosen(shipped, `${'.'.repeat(47)}x`), [1223]);
  });

  it('splits what level 1 does not know into halves, and those into quarters', () => {
    assert.deepEqual(chosen(anchors, `x${'.'.repeat(23)}x${'.'.repeat(23)}`), [2048 + 25, 2048 + 25]);
    const codes = chosen(anchors, `x${'.'.repeat(11)}x${'.'.repeat(35)}`);
    assert.deepEqual(codes, [3072 + 13, 3072 + 13, 2048]);
  });

  it('tells every cell with at most one onset in each quarter of a beat exactly, with anchors alone', () => {
    fc.assert(fc.property(calmCell, (text) => {
      assert.equal(said(anchors, text), text);
      assert.equal(said(shipped, text), text);
    }), { numRuns: 3000 });
  });

  it('brings every other cell to one that it tells as it is, with the same edges', () => {
    for (const codebook of [anchors, shipped]) {
      fc.assert(fc.property(anyCell, (text) => {
        const canonical = said(codebook, text);
        assert.equal(said(codebook, canonical), canonical);
        assert.deepEqual(chosen(codebook, canonical), chosen(codebook, text));
        for (let at = 0; at < 48; at += 12) {
          assert.equal(canonical[at] === '-', text[at] === '-');
          assert.equal(canonical[at + 11] === '.', text[at + 11] === '.');
        }
        assert.doesNotMatch(canonical, /\.-/);
      }), { numRuns: 1000 });
    }
  });

  it('fills its room with learned patterns, each of which it tells with one code', () => {
    for (let id = 0; id < 3584; id += 1) {
      const pattern = shipped.patternOf(id);
      assert.ok(pattern, `code ${id}`);
      if (framesOfCode(id) === 48) assert.deepEqual(chosen(shipped, patternText(pattern, 48)), [id]);
    }
  });

  it('has no two codes for one pattern of a level', () => {
    const texts = Array.from({ length: 3584 }, (_, id) => shipped.describe(id));
    assert.equal(new Set(texts).size, texts.length);
  });

  it('uses no learned code where nothing was learned', () => {
    const codebook = new Codebook(nothingLearned);
    assert.equal(codebook.patternOf(1224), undefined);
    assert.equal(codebook.describe(1224), 'unused code 1224');
  });
});

describe('patterns of beat-kmeans', () => {
  it('are the same as runs and as text', () => {
    fc.assert(fc.property(anyCell, (text) => {
      const pattern: Pattern = patternOfText(text, 48);
      assert.equal(patternText(pattern, 48), text);
      assert.deepEqual(patternOf(runsOf(pattern, 48)), pattern);
    }));
  });

  it('refuse a sound that goes on after silence', () => {
    for (const text of ['x.-.........', 'x', 'y...........']) {
      assert.throws(() => patternOfText(text, 12), { errorName: 'badPack' });
    }
  });
});
