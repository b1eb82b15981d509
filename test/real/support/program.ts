import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Inbox, within } from '../../transports/support/within.js';

/** A program that a test drives: what it says, line by line, and its end. */
export class Program {
  readonly lines = new Inbox<string>();
  /** Its exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Everything it said, for a failure's message. */
  readonly said: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        this.said.push(line);
        this.lines.add(line);
      });
    }
    this.ended = new Promise((resolve) => child.on('exit', (code) => resolve(code ?? undefined)));
  }

  static start(command: string, parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
    return new Program(spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } }));
  }

  /** The next line that begins with `word`, without it. Errors: when it does not come, with what was said instead. */
  async line(word: string, milliseconds = 20_000): Promise<string> {
    try {
      const found = await within(word, this.lines.takeWhenever((line) => line.startsWith(word)), milliseconds);
      return found.slice(word.length).trim();
    } catch (cause) {
      throw new Error(`no line "${word}" came; the program said:\n${this.said.slice(-40).join('\n')}`, { cause });
    }
  }

  /** Asks it to end, as Ctrl-C does, and gives its exit code. */
  async interrupt(): Promise<number | undefined> {
    this.child.kill('SIGINT');
    return within('its end', this.ended, 20_000);
  }

  /** Ends it, if it has not ended. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/**
 * Why a test that needs these programs cannot run here; false where it can.
 *
 * @example it('is heard', { skip: skipWithout({ pd: 'puredata-core' }) }, async () => { … })
 */
export function skipWithout(packagesOfPrograms: Readonly<Record<string, string>>): string | false {
  const missing = Object.keys(packagesOfPrograms).filter((program) => !isInstalled(program));
  if (missing.length === 0) return false;
  return `${missing.join(' and ')} not installed (on Debian: apt-get install ${missing.map((program) => packagesOfPrograms[program]).join(' ')})`;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder of the PATH.
      return false;
    }
  });
}
