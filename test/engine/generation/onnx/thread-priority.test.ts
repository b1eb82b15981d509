import assert from 'node:assert/strict';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';

const module = new URL('../../../../src/engine/generation/onnx/thread-priority.js', import.meta.url).href;

describe('lowerThreadPriority', () => {
  it('lowers the priority of the thread that calls it, and of no other', { skip: process.platform !== 'linux' }, async () => {
    const before = getPriority();
    const worker = new Worker(
      `import { parentPort } from 'node:worker_threads';
      import { readlinkSync } from 'node:fs';
      import { getPriority } from 'node:os';
      import { basename } from 'node:path';
      const { lowerThreadPriority } = await import(${JSON.stringify(module)});
      const lowered = lowerThreadPriority();
      parentPort.postMessage([lowered, getPriority(Number(basename(readlinkSync('/proc/thread-self'))))]);`,
      { eval: true, execArgv: ['--input-type=module'] },
    );
    const [[answer]] = (await Promise.all([once(worker, 'message'), once(worker, 'exit')])) as [[unknown], unknown];
    assert.deepEqual(answer, [true, 19]);
    assert.equal(getPriority(), before);
  });
});
