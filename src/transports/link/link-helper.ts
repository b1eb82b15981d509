import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Disposable } from '../../engine/disposable.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import { protocolVersion, readMessage, type LinkState } from './helper-message.js';

const firstPause: Micros = 250_000;
const longestPause: Micros = 8_000_000;
/** Who has lived this long is well: the next end is news, and the next pause short again. */
const provenMicros: Micros = 10_000_000;
/** It speaks four times a second. */
const silenceMicros: Micros = 2_000_000;
/** What came meanwhile may still wait behind an alarm that was late itself. */
const graceMicros: Micros = 250_000;
const greetingMicros: Micros = 5_000_000;
const farewellMicros: Micros = 1_000_000;

export interface HelperListener {
  state(state: LinkState): void;
  /** It has ended by itself, or hung and was ended; it is started again after a pause. */
  gone(): void;
  /** Told once for a row of ends, or of the same refusal. */
  fault(error: ContinuoError): void;
}

/**
 * The helper program that takes part in the Link session. It is a process of its own because Link's licence is, and
 * because nothing it does can then harm the engine: when it ends or hangs it is started again, after longer and longer
 * pauses, and told anew what it must know.
 * Thread: main. Blocks: no.
 */
export class LinkHelper {
  private child: ChildProcessWithoutNullStreams | undefined;
  /** Whether it is to be started again when it ends. */
  private isWanted = false;
  private pause: Micros = firstPause;
  private saidFault = false;
  private readonly alarms = new Map<'again' | 'proven' | 'silence', Disposable>();

  /**
   * @param command program and arguments
   * @param greeting what a helper that starts must be told first, made when it starts
   */
  constructor(
    private readonly command: readonly string[],
    private readonly greeting: () => readonly string[],
    private readonly listener: HelperListener,
    private readonly alarm: Alarm = systemAlarm,
  ) {}

  /** Starts it; resolves when it has said hello. Errors: `deviceUnavailable` where it cannot be started. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.launch(resolve, reject));
    this.isWanted = true;
  }

  /** Tells it one line; nothing while there is no helper, which will be greeted when it is back. */
  say(line: string): void {
    if (this.child?.stdin.writable) this.child.stdin.write(`${line}\n`);
  }

  /** Lets it leave the session and waits for its end. */
  async close(): Promise<void> {
    this.isWanted = false;
    for (const pending of this.alarms.values()) pending.dispose();
    this.alarms.clear();
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin.end();
    const impatience = this.alarm(farewellMicros, () => child.kill('SIGKILL'));
    await ended;
    impatience.dispose();
  }

  private launch(greeted: () => void, refused: (error: ContinuoError) => void): void {
    const [program, ...rest] = this.command;
    const child = spawn(program, rest, { stdio: 'pipe' });
    this.child = child;
    let lastWords = '';
    let lastRefusal = '';
    let isOver = false;
    const end = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      impatience.dispose();
      const words = lastWords === '' ? '' : ` (${lastWords})`;
      const error = new ContinuoError('deviceUnavailable', `The Ableton Link helper ${program} ${reason}${words}.`);
      refused(error);
      if (this.child === child) this.ended(error);
    };
    const giveUp = (reason: string): void => {
      end(reason);
      child.kill('SIGKILL');
    };
    const impatience = this.alarm(greetingMicros, () => giveUp('said nothing when it was started'));
    child.on('error', (error) => end(`cannot be started: ${error.message}`));
    // Not `exit`, which may come before its last words.
    child.on('close', (code, signal) => end(`has ended with ${signal ?? `code ${String(code)}`}`));
    // Writing to a program that has just ended fails here; its end itself is told by `close`.
    child.stdin.on('error', () => undefined);
    createInterface(child.stderr).on('line', (line) => (lastWords = line.slice(0, 200)));
    createInterface(child.stdout).on('line', (line) => {
      if (this.child !== child) return;
      const message = readMessage(line);
      this.set('silence', silenceMicros, () => this.set('silence', graceMicros, () => giveUp('has fallen silent')));
      if (message?.type === 'state') this.listener.state(message);
      if (message?.type === 'refused' && message.sentence !== lastRefusal) {
        lastRefusal = message.sentence;
        this.listener.fault(new ContinuoError('deviceUnavailable', `The Ableton Link helper ${program} has refused what it was told: ${lastRefusal}.`));
      }
      if (message?.type !== 'hello') return;
      impatience.dispose();
      if (message.protocol !== protocolVersion) {
        giveUp(`speaks version ${message.protocol} of its protocol, not ${protocolVersion}; build it again with npm run build-link`);
        return;
      }
      this.set('proven', provenMicros, () => this.prove());
      for (const words of this.greeting()) this.say(words);
      greeted();
    });
  }

  private prove(): void {
    this.pause = firstPause;
    this.saidFault = false;
  }

  private ended(error: ContinuoError): void {
    this.child = undefined;
    for (const pending of this.alarms.values()) pending.dispose();
    this.alarms.clear();
    if (!this.isWanted) return;
    this.listener.gone();
    if (!this.saidFault) this.listener.fault(new ContinuoError('deviceUnavailable', `${error.message} The tempo is kept, and it is started again.`));
    this.saidFault = true;
    const pause = this.pause;
    this.pause = Math.min(longestPause, 2 * pause);
    this.set('again', pause, () => this.launch(() => undefined, () => undefined));
  }

  private set(purpose: 'again' | 'proven' | 'silence', delay: Micros, action: () => void): void {
    this.alarms.get(purpose)?.dispose();
    this.alarms.set(purpose, this.alarm(delay, action));
  }
}
