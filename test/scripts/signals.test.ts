import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';

const fixtures = join(repositoryRoot, 'test', 'fixtures', 'launcher');

interface Ending {
  readonly lines: readonly string[];
  readonly code: number | null;
}

/** Starts launcher and child in a process group of their own, and signals the launcher alone or the whole group. */
async function end(signal: NodeJS.Signals, whom: 'launcher' | 'group', terminal: boolean): Promise<Ending> {
  const launcher = spawn(process.execPath, [join(fixtures, 'launcher.js'), join(fixtures, 'child.js'), terminal ? 'terminal' : 'none'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exit = once(launcher, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: launcher.stdout })) {
    lines.push(line);
    if (line === 'ready' && launcher.pid !== undefined) process.kill(whom === 'group' ? -launcher.pid : launcher.pid, signal);
  }
  const [code] = (await exit) as [number | null];
  return { lines, code };
}

describe('the launcher', { skip: process.platform === 'win32' ? 'Windows has no signals' : false }, () => {
  it('hands SIGTERM to the engine, waits for it and ends with its code', async () => {
    assert.deepEqual(await end('SIGTERM', 'launcher', false), { lines: ['ready', 'SIGTERM'], code: 41 });
  });
  it('hands on SIGINT that was sent to it alone', async () => {
    assert.deepEqual(await end('SIGINT', 'launcher', false), { lines: ['ready', 'SIGINT'], code: 41 });
  });
  it('makes one Ctrl-C at a terminal one signal', async () => {
    assert.deepEqual(await end('SIGINT', 'group', true), { lines: ['ready', 'SIGINT'], code: 41 });
  });
});
