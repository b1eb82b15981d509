import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadScript } from '../load-script.js';

const { hasCrashed } = await loadScript<{ hasCrashed(code: number | null, signal: NodeJS.Signals | null): boolean }>('scripts/launcher/signals.js');

const { natureOf } = await loadScript<{ natureOf(words: readonly string[]): { readonly plays: boolean; readonly runsModels: boolean } }>('scripts/launcher/command.js');

const fixtures = join(repositoryRoot, 'test', 'fixtures', 'launcher');
const escape = String.fromCharCode(27);

/** What a terminal is sent by the launcher of a program that crashes, and how the line mode is thereafter. */
function crashAtTerminal(command: string): string {
  const line = [process.execPath, join(fixtures, 'run-engine.js'), join(fixtures, 'crash.js'), command].map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', `${line}; echo "code $?"; stty -a`, '/dev/null'], { input: '', encoding: 'utf8', env: { ...process.env, SHELL: '/bin/sh' } });
  return stdout.replaceAll('\r', '');
}

const noTerminal = process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0;

describe('the launcher', () => {
  it('takes what is no other command for one to play', () => {
    for (const words of [[], ['play'], ['--pack', 'perlin'], ['play', '--bpm', '90']]) assert.deepEqual(natureOf(words), { plays: true, runsModels: true }, words.join(' '));
  });
  it('makes a cue from the command line wait for no GPU', () => {
    for (const words of [['ctl', 'invoke', 'load'], ['takes']]) assert.deepEqual(natureOf(words), { plays: false, runsModels: false });
    for (const words of [['render'], ['bench', 'swap'], ['doctor']]) assert.deepEqual(natureOf(words), { plays: false, runsModels: true });
  });
});

describe('the launcher of an engine that crashes', () => {
  it('tells a crash from an end in good order, and from one that was asked for', () => {
    assert.deepEqual([hasCrashed(null, 'SIGSEGV'), hasCrashed(null, 'SIGABRT'), hasCrashed(null, 'SIGKILL'), hasCrashed(0xc0000005, null)], [true, true, true, true]);
    assert.deepEqual([hasCrashed(0, null), hasCrashed(1, null), hasCrashed(null, 'SIGINT'), hasCrashed(null, 'SIGTERM')], [false, false, false, false]);
  });

  it('gives the terminal back, then tells what was said last and what to do', { skip: noTerminal && 'there is no terminal to be had' }, () => {
    const [picture, rest] = crashAtTerminal('play').split(`${escape}[?25h${escape}[?1049l`);
    assert.equal(picture, `${escape}[?1049h${escape}[?25l`);
    assert.match(rest, /^a library says why\nThe engine was ended by SIGSEGV: start it again, .*\ncode 139\n/);
    assert.match(rest, /[ ;]icanon/);
  });

  it('leaves the screen alone where the program does not play', { skip: noTerminal && 'there is no terminal to be had' }, () => {
    assert.match(crashAtTerminal('render'), /\[\?25la library says why\ncode 139\n/);
  });
});
