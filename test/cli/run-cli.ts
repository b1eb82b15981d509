import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Inbox } from '../transports/support/within.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line. */
export const cliFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Runs the real command line in a process of its own, away from any terminal. */
export function runCli(...words: readonly string[]): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliFile, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** `continuo ctl` as a script has it that goes on: a command, and a line of JSON that answers it. */
export class CtlSession {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers = new Inbox<string>();

  constructor(...options: readonly string[]) {
    this.child = spawn(process.execPath, [cliFile, 'ctl', ...options]);
    this.child.stderr.pipe(process.stderr);
    createInterface(this.child.stdout).on('line', (line) => this.answers.add(line));
  }

  async ask(...words: readonly unknown[]): Promise<unknown> {
    this.child.stdin.write(`${words.map((word) => JSON.stringify(String(word))).join(' ')}\n`);
    return JSON.parse(await this.answers.take(words.join(' '))) as unknown;
  }

  /** Resolves with the exit code. */
  async end(): Promise<number | null> {
    this.child.stdin.end();
    const [code] = (await once(this.child, 'close')) as [number | null];
    return code;
  }
}
