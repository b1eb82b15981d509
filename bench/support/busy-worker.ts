import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { workerData } from 'node:worker_threads';

/** What the word in shared memory says. */
export const busyStates = { rest: 0, compute: 1, end: 2 } as const;

/** Multiplies matrices flat out at the lowest priority, as a composer does, while it is told to. */
function compute(): number {
  const size = 64;
  const left = new Float32Array(size * size).fill(0.5);
  const product = new Float32Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let sum = 0;
      for (let inner = 0; inner < size; inner += 1) sum += left[row * size + inner] * left[inner * size + column];
      product[row * size + column] = sum;
    }
  }
  return product[0];
}

const state = workerData as Int32Array | undefined;
if (state) {
  if (process.platform === 'linux') setPriority(Number(basename(readlinkSync('/proc/thread-self'))), 19);
  for (;;) {
    const now = Atomics.load(state, 0);
    if (now === busyStates.end) break;
    if (now === busyStates.rest) Atomics.wait(state, 0, busyStates.rest);
    else compute();
  }
}
