import type { Socket } from 'node:dgram';
import { Bundle, encode, type Message } from 'node-osc';
import type { Output, WireEvent } from '../../engine/contracts/output.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import { continuoFormat } from './continuo-format.js';
import type { OscDestination } from './options.js';
import type { OscFormat } from './osc-format.js';
import { superDirtFormat } from './superdirt-format.js';
import { bindSocket, isLoopback, resolveHost, type ResolvedHost } from './udp-address.js';
import { WallClock } from './wall-clock.js';

/** Keeps a bundle of our longest message under one Ethernet frame. */
const messagesPerBundle = 8;

/** What has never run is compiled when it is called first; after so many times it is quick. */
const rehearsals = 8;
const rehearsedKinds = ['noteOn', 'noteOff', 'control', 'program', 'clock'] as const;

interface Gathered {
  readonly due: Micros;
  readonly messages: Message[];
}

/**
 * Sends to one UDP destination. With `timetag` the events of one moment leave together in a bundle stamped with that
 * moment; with `when-due` each leaves at once as a plain message.
 *
 * The socket is not connected: on a connected one the kernel reports "nobody listens" by failing the next send, which
 * would lose the first message to a program that has just started. What the network refuses is lost, as UDP is.
 *
 * Thread: send. Blocks: `open` spins up to 3 ms to set the wall clock, `send` and `flush` never.
 */
export class OscOutput implements Output {
  private readonly format: OscFormat;
  private readonly stamped: boolean;
  private readonly gathered: Gathered[] = [];
  private socket: Socket | undefined;
  private host: ResolvedHost | undefined;

  constructor(
    private readonly destination: OscDestination,
    private readonly wallClock: WallClock = new WallClock(),
  ) {
    this.stamped = destination.delivery === 'timetag';
    this.format =
      destination.format === 'superdirt' ? superDirtFormat(destination.sound, destination.beatsPerCycle) : continuoFormat;
  }

  /** Errors: `deviceUnavailable` when the host has no address, `portUnavailable` when no socket can be had. */
  async open(): Promise<void> {
    const host = await resolveHost(this.destination.host);
    let socket: Socket;
    try {
      socket = await bindSocket(host, 0, isLoopback(host) ? host.address : undefined);
    } catch (cause) {
      throw new ContinuoError('portUnavailable', `No UDP socket can be had for OSC to ${this.destination.name}: ${String(cause)}.`, { cause });
    }
    // An unreachable network is told here some time after the send; there is nobody to send the note to instead.
    socket.on('error', () => undefined);
    this.host = host;
    this.socket = socket;
    if (this.stamped) this.wallClock.calibrate();
    this.rehearse(host, socket);
  }

  send(event: WireEvent, dueMicros: Micros): void {
    const message = this.format(event);
    if (message === undefined) return;
    if (!this.stamped) {
      this.transmit(message);
      return;
    }
    const last = this.gathered.at(-1);
    if (last !== undefined && last.due === dueMicros && last.messages.length < messagesPerBundle) last.messages.push(message);
    else this.gathered.push({ due: dueMicros, messages: [message] });
  }

  flush(): void {
    if (this.gathered.length === 0) return;
    this.wallClock.read();
    for (const { due, messages } of this.gathered) {
      this.transmit(new Bundle(this.wallClock.unixSeconds(due), ...messages));
    }
    this.gathered.length = 0;
  }

  async close(): Promise<void> {
    const { socket } = this;
    if (socket === undefined) return;
    this.flush();
    this.socket = undefined;
    await new Promise<void>((resolve) => socket.close(resolve));
  }

  /** Says to itself what it will say, so that the first chord is as quick as the others. */
  private rehearse(host: ResolvedHost, socket: Socket): void {
    for (let time = 0; time < rehearsals; time += 1) {
      for (const kind of rehearsedKinds) {
        const message = this.format({ kind, owner: 1, channel: 0, data1: 60, data2: 100, beat: time, durationBeats: 1, noteId: time, microsPerBeat: 500_000 });
        if (message === undefined) continue;
        const bytes = encode(this.stamped ? new Bundle(this.wallClock.unixSeconds(0), message) : message);
        if (isLoopback(host)) socket.send(bytes, socket.address().port, host.address);
      }
    }
  }

  private transmit(packet: Message | Bundle): void {
    this.socket?.send(encode(packet), this.destination.port, this.host?.address);
  }
}
