import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { readMessage, type HelperMessage, type LinkState } from '../../../src/transports/link/helper-message.js';
import type { LinkNetwork } from './link-network.js';
import { until } from './until.js';

export interface LinkPeerOptions {
  readonly bpm?: Bpm;
  readonly quantum?: Beats;
  readonly startStop?: boolean;
}

/** Somebody else in the Link session: a helper of his own, told what to do line by line. */
export class LinkPeer {
  readonly said: HelperMessage[] = [];
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  private latest: LinkState | undefined;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface(child.stdout).on('line', (line) => {
      const message = readMessage(line);
      if (message === undefined) throw new Error(`not of the protocol: ${line}`);
      this.said.push(message);
      if (message.type === 'state') this.latest = message;
    });
    this.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? String(signal))));
  }

  /** Starts it, outside of any session. */
  static start(network: Pick<LinkNetwork, 'helper'>, { bpm = 120, quantum = 4, startStop = true }: LinkPeerOptions = {}): LinkPeer {
    const [program, ...rest] = network.helper;
    const peer = new LinkPeer(spawn(program, [...rest, String(bpm)], { stdio: 'pipe' }));
    peer.say(`quantum ${quantum}`);
    peer.say(`sync ${startStop ? 'on' : 'off'}`);
    return peer;
  }

  /** Starts it and lets it take part. */
  static async join(network: Pick<LinkNetwork, 'helper'>, options: LinkPeerOptions = {}): Promise<LinkPeer> {
    const peer = LinkPeer.start(network, options);
    peer.say('enable');
    await peer.is('in a session', (state) => state.enabled);
    return peer;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get state(): LinkState {
    if (this.latest === undefined) throw new Error('the peer has said nothing yet');
    return this.latest;
  }

  say(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** Presses play or stop. */
  press(word: 'start' | 'stop'): void {
    this.say(`${word} ${Math.round(monotonicClock.now())}`);
  }

  /** Resolves when its state is so. */
  async is(what: string, condition: (state: LinkState) => boolean, milliseconds = 10_000): Promise<LinkState> {
    await until(`the peer is ${what}`, () => this.latest !== undefined && condition(this.latest), () => this.latest, milliseconds);
    return this.state;
  }

  /** Its beat at a time not far from now. */
  beatAt(micros: Micros): Beats {
    const { beat, bpm, micros: then } = this.state;
    return beat + ((micros - then) * bpm) / 60_000_000;
  }

  /** Leaves the session and ends. */
  async leave(): Promise<number | string> {
    this.child.stdin.end();
    return await this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** By how many microseconds two beats differ in phase, at this tempo. */
export function apart(first: Beats, second: Beats, quantum: Beats, bpm: Bpm): Micros {
  const difference = first - second;
  return Math.abs(difference - quantum * Math.round(difference / quantum)) * (60_000_000 / bpm);
}
