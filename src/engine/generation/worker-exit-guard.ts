import type { WorkerFlags } from './worker-flags.js';

/** Longer than any run of a model that can be played with. */
const patienceMilliseconds = 5000;
const guarded = new Set<WorkerFlags>();

/**
 * A process that ends while a model runs in one of its threads is aborted by the runtime of the model. From now on an
 * exit of this process waits until this worker is between two runs. Where a run does not come back (a driver that hangs) the
 * process is killed: it could not end otherwise. The returned function lifts the guard.
 */
export function guardExit(flags: WorkerFlags): () => void {
  if (guarded.size === 0) process.on('exit', waitForAll);
  guarded.add(flags);
  return () => {
    guarded.delete(flags);
    if (guarded.size === 0) process.off('exit', waitForAll);
  };
}

function waitForAll(): void {
  for (const flags of guarded) flags.stopEverything();
  const idle = [...guarded].map((flags) => flags.waitUntilIdle(patienceMilliseconds));
  if (idle.includes(false)) process.kill(process.pid, 'SIGKILL');
}
