import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { basename } from 'node:path';

/** Below the threads that draw the system's sound (JACK's stand at 10 and more), above everything ordinary. */
const realTimePriority = 5;
/** The next best: woken before any ordinary thread, most of the time. */
const wantedNiceness = -15;

/**
 * Raises the priority of the calling thread alone, where the system lets one: Linux, with the right to. Real-time first
 * (SCHED_FIFO, through util-linux's `chrt`): a thread that is woken under the ordinary policy may have to wait for the end
 * of another's slice, about 3 ms, however nice that one is. Failing that, a negative niceness; where Linux shares out time
 * by login session (autogroup), that counts against the engine's own threads only.
 *
 * The send thread sleeps but for the last 0.3 ms before an event, so a core is never kept from others. A machine with one
 * core keeps it ordinary all the same: there it would stand before the thread that hears the host's clock.
 * Thread: any, for itself; threads it starts are ordinary. Blocks: while `chrt` runs, some milliseconds, once.
 * Returns one sentence when neither right is there, else undefined.
 */
export function raiseThreadPriority(): string | undefined {
  // Elsewhere priorities belong to processes: raising one would raise the composers too.
  if (process.platform !== 'linux') return undefined;
  const thread = basename(readlinkSync('/proc/thread-self'));
  if (availableParallelism() > 1 && takeRealTime(thread)) return undefined;
  try {
    setPriority(Number(thread), wantedNiceness);
    return undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return (
      `The send thread runs at ordinary priority (${reason}); on a busy machine notes may be some milliseconds late. ` +
      `Allow it real-time priority with a line "- rtprio ${realTimePriority}" for your user in /etc/security/limits.conf.`
    );
  }
}

function takeRealTime(thread: string): boolean {
  const options = ['--reset-on-fork', '--fifo', '--pid', String(realTimePriority), thread];
  return spawnSync('chrt', options, { stdio: 'ignore' }).status === 0;
}
