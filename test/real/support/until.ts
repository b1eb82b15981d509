import { setTimeout as wait } from 'node:timers/promises';

/** Waits until `condition` holds; after the deadline it fails with what was awaited. */
export async function until(what: string, condition: () => boolean, deadlineMilliseconds = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMilliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMilliseconds} ms in vain until ${what}`);
    await wait(5);
  }
}
