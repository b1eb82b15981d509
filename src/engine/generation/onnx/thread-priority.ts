import { readdirSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

const lowest = 19;

/**
 * Gives the calling thread, and the threads it makes from now on, the lowest priority, so that a model in full flight
 * does not delay a note; and those of `others` that still live. Returns whether it did: Linux alone can do this for one thread.
 */
export function lowerThreadPriority(others: readonly number[] = []): boolean {
  if (process.platform !== 'linux') return false;
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), lowest);
  for (const id of others) lowerUnlessEnded(id);
  return true;
}

/** The threads of this process at this moment, by the system's numbers; none where {@link lowerThreadPriority} can do nothing. */
export function threadIds(): ReadonlySet<number> {
  return new Set(process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : []);
}

function lowerUnlessEnded(id: number): void {
  try {
    setPriority(id, lowest);
  } catch (cause) {
    if ((cause as { info?: { code?: string } }).info?.code !== 'ESRCH') throw cause;
  }
}
