import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { splitWords } from '../../../src/cli/control/split-words.js';

const doubly = (word: string): string => `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
const singly = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;

describe('the words of a line', () => {
  it('are what was written in quotes, whatever that is, with any blanks between', () => {
    const written = fc.tuple(fc.string(), fc.constantFrom(doubly, singly), fc.constantFrom(' ', '\t ', '  '));
    fc.assert(
      fc.property(fc.array(written), (words) => {
        assert.deepEqual(splitWords(words.map(([word, quoted, blank]) => quoted(word) + blank).join('')), words.map(([word]) => word));
      }),
    );
  });

  it('need no quotes where they have no blanks', () => {
    assert.deepEqual(splitWords('  set  transpose -3 a\\ b it\\\'s'), ['set', 'transpose', '-3', 'a b', "it's"]);
    assert.deepEqual(splitWords(''), []);
  });

  it('keep the backslashes of a path', () => {
    assert.deepEqual(splitWords('set set-file C:\\Users\\me\\friday.yaml'), ['set', 'set-file', 'C:\\Users\\me\\friday.yaml']);
    assert.deepEqual(splitWords('"C:\\My Music\\friday.yaml" \'\\\\stage\\friday.yaml\''), ['C:\\My Music\\friday.yaml', '\\\\stage\\friday.yaml']);
  });
});
