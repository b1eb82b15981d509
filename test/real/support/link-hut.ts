import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { LinkNetwork } from './link-network.js';
import { Program } from './program.js';
import { until } from './until.js';

/** What a test with LinkHut needs. */
export const linkHutPrograms = { LinkHut: 'ableton-link-utils', jackd: 'jackd2', script: 'bsdutils' };

/** It looks at its keyboard a hundred times a second, and takes one key at a time. */
const keyMilliseconds = 15;
const row = /(yes|no) +\| (\d+) +\| (\d+) +\| (yes|no) +\[(playing|stopped)\] *\| ([\d.]+) *\| (-?[\d.]+)/g;

export interface HutState {
  /** When it was read here. */
  readonly micros: Micros;
  readonly enabled: boolean;
  readonly peers: number;
  readonly quantum: Beats;
  readonly sharesStartStop: boolean;
  readonly playing: boolean;
  /** Two decimals. */
  readonly bpm: Bpm;
  /** Two decimals. */
  readonly beat: Beats;
}

/** LinkHut, Ableton's own example of a program that speaks Link: driven by its keyboard, read from its screen. */
export class LinkHut {
  private latest: HutState | undefined;
  private screen = '';

  private constructor(
    private readonly server: Program,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.read(text));
  }

  /** Starts it with nobody's sound card; its Link is off, its tempo 120. */
  static async start(network: LinkNetwork): Promise<LinkHut> {
    const name = `continuo-${process.pid}-${Math.round(monotonicClock.now())}`;
    const environment = { JACK_NO_AUDIO_RESERVATION: '1', JACK_DEFAULT_SERVER: name };
    const server = Program.start('jackd', ['--no-realtime', '--no-mlock', '-n', name, '-d', 'dummy', '-r', '48000', '-p', '512'], environment);
    await until('an audio server runs', () => server.said.some((line) => line.includes('self-connect-mode')), () => server.said);
    const [program, ...rest] = network.command('script', '-qfc', 'LinkHut', '/dev/null');
    const hut = new LinkHut(server, spawn(program, rest, { stdio: 'pipe', env: { ...process.env, ...environment, TERM: 'dumb' } }));
    await hut.is('there', () => true);
    return hut;
  }

  get state(): HutState {
    if (this.latest === undefined) throw new Error('LinkHut has shown nothing yet');
    return this.latest;
  }

  /** `a` Link, space play, `w` and `e` tempo, `r` and `t` quantum, `s` start/stop sync. */
  async press(keys: string): Promise<void> {
    for (const key of keys) {
      this.child.stdin.write(key);
      await wait(keyMilliseconds);
    }
  }

  /** Presses `key` until its screen is so. */
  async pressUntil(key: string, what: string, condition: (state: HutState) => boolean): Promise<HutState> {
    const deadline = monotonicClock.now() + 60_000_000;
    while (!condition(this.state)) {
      if (monotonicClock.now() > deadline) throw new Error(`LinkHut is not ${what}: ${JSON.stringify(this.latest)}`);
      await this.press(key);
    }
    return this.state;
  }

  /** Brings it to a tempo of whole BPM key by key. */
  async setTempo(bpm: Bpm): Promise<void> {
    while (Math.round(this.state.bpm) !== bpm) {
      const key = bpm < this.state.bpm ? 'w' : 'e';
      await this.pressUntil(key, `at ${bpm} BPM`, (state) => (key === 'w' ? state.bpm < bpm + 0.5 : state.bpm > bpm - 0.5));
      // A screen that is read late shows keys that were one too many.
      await this.shown(10);
    }
  }

  /** Resolves when its screen is so. */
  async is(what: string, condition: (state: HutState) => boolean, milliseconds = 15_000): Promise<HutState> {
    await until(`LinkHut is ${what}`, () => this.latest !== undefined && condition(this.latest), () => this.latest ?? this.screen, milliseconds);
    return this.state;
  }

  /** Shows this many more states. */
  async shown(count: number): Promise<readonly HutState[]> {
    const states: HutState[] = [];
    await until(`LinkHut has shown ${count} states`, () => {
      if (this.latest !== undefined && this.latest !== states.at(-1)) states.push(this.latest);
      return states.length >= count;
    });
    return states;
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    if (this.child.exitCode === null) this.child.stdin.write('q');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(impatience);
    await this.server.interrupt();
  }

  private read(text: string): void {
    this.screen = (this.screen + text).slice(-2_000);
    for (const [, enabled, peers, quantum, shares, playing, bpm, beat] of text.matchAll(row)) {
      this.latest = {
        micros: monotonicClock.now(),
        enabled: enabled === 'yes',
        peers: Number(peers),
        quantum: Number(quantum),
        sharesStartStop: shares === 'yes',
        playing: playing === 'playing',
        bpm: Number(bpm),
        beat: Number(beat),
      };
    }
  }
}
