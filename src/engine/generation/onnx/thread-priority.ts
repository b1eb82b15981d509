import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

const lowest = 19;

/**
 * Gives the calling thread, and the threads it makes from now on, the lowest priority, so that a model in full flight
 * does not delay a note. Returns whether it did: Linux alone can do this for one thread.
 */
export function lowerThreadPriority(): boolean {
  if (process.platform !== 'linux') return false;
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), lowest);
  return true;
}
