const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Lets a child process answer the signals that reach this one, and lives until the child has ended.
 * At a terminal Ctrl-C reaches the child by itself, so it is not passed on: one key press must not count as two.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ terminal: boolean, send?: (signal: NodeJS.Signals) => void }} options
 */
export function passSignals(child, { terminal, send = (signal) => child.kill(signal) }) {
  for (const signal of passedOn) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && terminal) return;
      send(signal);
    });
  }
}

/**
 * Whether a process neither ended by itself nor was told to end: native code crashed, memory ran out, it was killed.
 * @param {number | null} code  Windows has no signals, but codes of its own for crashes
 * @param {NodeJS.Signals | null} signal
 */
export function hasCrashed(code, signal) {
  return signal === null ? code > 255 : !passedOn.includes(signal);
}
