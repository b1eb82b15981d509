import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadScript } from '../load-script.js';
import { Inbox } from '../transports/support/within.js';

const script = 'scripts/setup/turn.js';
const { inTurn } = await loadScript<{ inTurn<Result>(root: string, work: () => Result, say?: (line: string) => void): Result }>(script);

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('set-ups of one checkout', () => {
  let root: string;
  let lock: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'continuo-turn-'));
    lock = join(root, '.continuo', 'setup.lock');
    mkdirSync(join(root, '.continuo'));
  });
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill();
    rmSync(root, { recursive: true });
  });

  /** A set-up in a process of its own, which says `done` when it had its turn. */
  function start(before = ''): Inbox<string> {
    const program = `
      import { writeFileSync } from 'node:fs';
      import { inTurn } from ${JSON.stringify(pathToFileURL(join(repositoryRoot, script)).href)};
      const say = (line) => process.stdout.write(line + '\\n');
      ${before}
      inTurn(${JSON.stringify(root)}, () => undefined, say);
      say('done');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = new Inbox<string>();
    createInterface(child.stdout).on('line', (line) => lines.add(line));
    children.push(child);
    return lines;
  }

  it('run one after the other', async () => {
    const program = `
      import { appendFileSync } from 'node:fs';
      import { inTurn } from ${JSON.stringify(pathToFileURL(join(repositoryRoot, script)).href)};
      const [, root] = process.argv;
      const say = (word) => appendFileSync(root + '/log', word);
      inTurn(root, () => { say('('); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); say(')'); });
    `;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, root]);
    await Promise.all([run(), run(), run()]);
    assert.equal(readFileSync(join(root, 'log'), 'utf8'), '()()()');
  });

  it('take over from one that has died', () => {
    writeFileSync(lock, String(deadProcess()));
    assert.equal(inTurn(root, () => 'done'), 'done');
  });

  it('take over from one that had the number that is their own by now', async () => {
    const lines = start(`writeFileSync(${JSON.stringify(lock)}, String(process.pid));`);
    assert.equal(await lines.take('its turn'), 'done');
  });

  it('say for whom they wait, and what to do', async () => {
    writeFileSync(lock, String(process.pid));
    const lines = start();
    const sentence = await lines.take('why it waits');
    assert.match(sentence, new RegExp(`process ${process.pid}\\) .*delete`));
    assert.ok(sentence.includes(lock));
    rmSync(lock);
    assert.equal(await lines.take('its turn'), 'done');
  });

  it('leave the lock alone that another puts in the place of a dead one', async () => {
    writeFileSync(lock, String(deadProcess()));
    writeFileSync(`${lock}.stale`, String(process.pid));
    const lines = start();
    await lines.take('why it waits');
    writeFileSync(lock, String(process.pid));
    rmSync(`${lock}.stale`);
    const late = start();
    await late.take('why it waits');
    assert.equal(readFileSync(lock, 'utf8'), String(process.pid));
    rmSync(lock);
    for (const each of [lines, late]) assert.equal(await each.take('its turn'), 'done');
    assert.deepEqual(readdirSync(join(root, '.continuo')), []);
  });

  it('leave nothing behind, even when they fail', () => {
    assert.throws(() => inTurn(root, () => assert.fail('no network')), /no network/);
    assert.equal(existsSync(lock), false);
  });
});
