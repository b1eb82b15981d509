import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';

const module = new URL('../../../src/engine/scheduling/thread-priority.js', import.meta.url).href;

interface Answer {
  readonly notice: string | undefined;
  readonly niceness: number;
  readonly policy: string;
}

/** What became of a thread that raised its own priority. */
async function raisedThread(): Promise<Answer> {
  const worker = new Worker(
    `import { spawnSync } from 'node:child_process';
    import { parentPort } from 'node:worker_threads';
    import { readlinkSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { basename } from 'node:path';
    const { raiseThreadPriority } = await import(${JSON.stringify(module)});
    const notice = raiseThreadPriority();
    const thread = basename(readlinkSync('/proc/thread-self'));
    const policy = String(spawnSync('chrt', ['--pid', thread]).stdout);
    parentPort.postMessage({ notice, niceness: getPriority(Number(thread)), policy });`,
    { eval: true, execArgv: ['--input-type=module'] },
  );
  // A thread's last message and its end may be told in one go.
  const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return answer as Answer;
}

describe('raiseThreadPriority', { skip: process.platform !== 'linux' && 'only Linux gives threads priorities of their own' }, () => {
  it('raises the thread that calls it, or says in one sentence which right is missing', async () => {
    const { notice, niceness, policy } = await raisedThread();
    if (notice === undefined) assert.ok(policy.includes('SCHED_FIFO') || niceness === -15, `${policy} niceness ${niceness}`);
    else assert.match(notice, /^The send thread runs at ordinary priority .*rtprio.*\.$/);
  });

  it('leaves the main thread as it was', async () => {
    const policy = (): string => String(spawnSync('chrt', ['--pid', String(process.pid)]).stdout);
    const before = [getPriority(), policy()];
    await raisedThread();
    assert.deepEqual([getPriority(), policy()], before);
  });
});
