import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadScript } from '../load-script.js';

const script = 'scripts/setup/turn.js';
const { inTurn } = await loadScript<{ inTurn<Result>(root: string, work: () => Result): Result }>(script);

describe('set-ups of one checkout', () => {
  let root: string;
  let lock: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'continuo-turn-'));
    lock = join(root, '.continuo', 'setup.lock');
    mkdirSync(join(root, '.continuo'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

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
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, String(pid));
    assert.equal(inTurn(root, () => 'done'), 'done');
  });

  it('leave nothing behind, even when they fail', () => {
    assert.throws(() => inTurn(root, () => assert.fail('no network')), /no network/);
    assert.equal(existsSync(lock), false);
  });
});
