import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Woken before any ordinary thread, yet not above the threads that draw the system's sound. */
const wantedNiceness = -15;

/**
 * Raises the priority of the calling thread alone, where the system lets one: Linux, with the right to. It is never
 * needed: without it notes may be late by some milliseconds while every core is busy. Where Linux shares out time by login
 * session first (autogroup), it counts against the engine's own threads and those started beside it, not against others.
 *
 * Thread: any, for itself. Blocks: one system call. Returns one sentence when the right is missing, else undefined.
 */
export function raiseThreadPriority(): string | undefined {
  // Elsewhere priorities belong to processes: raising one would raise the composers too.
  if (process.platform !== 'linux') return undefined;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), wantedNiceness);
    return undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return (
      `The send thread runs at ordinary priority (${reason}); on a busy machine notes may be some milliseconds late. ` +
      `Allow a niceness of ${wantedNiceness} to get it (a line "- nice ${wantedNiceness}" in /etc/security/limits.conf).`
    );
  }
}
