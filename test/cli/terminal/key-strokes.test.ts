import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyStrokes } from '../../../src/cli/terminal/key-strokes.js';

/** As terminals send them: page up, F5, delete, shift-up, home, end, F1 (three ways), control-right, Alt-1, a mouse's press. */
const sequences = ['[5~', '[15~', '[3~', '[1;2A', '[H', '[4~', 'OP', '[[A', '[11~', '[1;5C', '1', '[<0;31;12M'].map((rest) => `\u001b${rest}`);

describe('what a terminal sends', () => {
  it('is one key for each sequence, whatever characters are in it', () => {
    const strokes = new KeyStrokes();
    for (const sequence of sequences) assert.deepEqual(strokes.read(`1${sequence}p`, 0), ['1', sequence, 'p'], JSON.stringify(sequence));
    assert.deepEqual(strokes.read('[]é1\u0003', 0), ['[', ']', 'é', '1', '\u0003']);
  });

  it('is one key also where a sequence comes in two goes, cut anywhere', () => {
    for (const sequence of sequences) {
      for (let cut = 1; cut < sequence.length; cut += 1) {
        const strokes = new KeyStrokes();
        assert.deepEqual([...strokes.read(`m${sequence.slice(0, cut)}`, 0), ...strokes.read(`${sequence.slice(cut)}p`, 5)], ['m', sequence, 'p'], JSON.stringify([sequence, cut]));
      }
    }
  });

  it('is a key of its own after an escape that nothing followed', () => {
    for (const key of ['p', '[', '1', '\u0003']) {
      const strokes = new KeyStrokes();
      assert.deepEqual([strokes.read('\u001b', 0), strokes.read(key, 500)], [[], [key]]);
    }
  });

  it('ends what is no sequence where a control character comes', () => {
    assert.deepEqual(new KeyStrokes().read('\u001b[5\u0003', 0).slice(-1), ['\u0003']);
  });
});
