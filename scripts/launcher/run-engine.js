import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { hasCrashed, passSignals } from './signals.js';

/** Shows the cursor and leaves the terminal's second screen. */
const firstScreen = '\u001b[?25h\u001b[?1049l';
const mostCharacters = 1 << 16;

/**
 * Runs the engine's command line in a process of its own and ends with its code.
 *
 * Where it plays at a terminal, it draws on the second screen, from which nothing stays: what it says on stderr meanwhile
 * (a native library's last words, too) is told when it has ended. A crash leaves the first screen to be given back from
 * here; Node does that for the line mode when this process ends.
 *
 * @param {string} program the file
 * @param {readonly string[]} words its arguments
 * @param {{ env: NodeJS.ProcessEnv, plays: boolean }} options
 */
export function runEngine(program, words, { env, plays }) {
  const terminal = isatty(0);
  const draws = plays && terminal && isatty(1);
  const child = spawn(process.execPath, [program, ...words], { stdio: ['inherit', 'inherit', draws && isatty(2) ? 'pipe' : 'inherit'], env });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-mostCharacters);
  });
  passSignals(child, { terminal });
  child.on('error', (error) => {
    said = `The engine could not be started: ${error.message}\n`;
  });
  child.on('close', (code, signal) => {
    const crashed = plays && hasCrashed(code, signal);
    if (crashed && draws) process.stdout.write(firstScreen);
    process.stderr.write(said);
    if (crashed) process.stderr.write(`The engine was ended by ${signal ?? `code ${code}`}: start it again, which silences the MIDI devices that you named.\n`);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
