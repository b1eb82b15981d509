import { setTimeout as wait } from 'node:timers/promises';

/** Waits until `condition` holds; after the deadline it fails with what was awaited and what `state` says. */
export async function until(what: string, condition: () => boolean, state: () => unknown = () => '', deadlineMilliseconds = 20_000): Promise<void> {
  const deadline = performance.now() + deadlineMilliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMilliseconds} ms in vain until ${what}; ${JSON.stringify(state())}`);
    await wait(5);
  }
}
