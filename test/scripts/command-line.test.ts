import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

const { commandLine } = await loadScript<{ commandLine(given: readonly string[]): { quiet: boolean; words: string[] } }>(
  'scripts/launcher/command-line.js',
);

describe('the launcher', () => {
  it('plays when no command is named', () => {
    assert.deepEqual(commandLine([]).words, ['play']);
    assert.deepEqual(commandLine(['--bpm', '100']).words, ['play', '--bpm', '100']);
  });
  it('passes a command and its arguments on as they are', () => {
    const words = ['render', '--quiet', '--out', 'a b.mid'];
    assert.deepEqual(commandLine(words), { quiet: false, words });
  });
  it('lets help and version answer for the whole program', () => {
    for (const word of ['--help', '-h', '--version', '-V']) assert.deepEqual(commandLine(['--quiet', word]).words, [word]);
  });
  it('keeps --quiet for itself where it stands first', () => {
    assert.deepEqual(commandLine(['--quiet', 'packs', '--json']), { quiet: true, words: ['packs', '--json'] });
  });
});
