import { WebSocket } from 'ws';
import type { Micros } from '../../engine/music/units.js';
import { addressMatcher } from '../../engine/parameters/address-pattern.js';
import type { Clock } from '../../engine/time/clock.js';
import type { ServerMessage } from './server-message.js';

/** A client that takes nothing for this long is cut off. */
const patienceMicros: Micros = 10_000_000;
const maximumPatterns = 256;
/** Notes whose ends are kept for a client that does not read. */
const maximumEnds = 4096;

/**
 * One connected program. Messages to it wait in its socket, up to a bound; past that they are dropped and counted, and
 * once it reads again it is first told the ends of notes that it knows of, then how many messages it missed.
 * Thread: main. Blocks: no.
 */
export class Client {
  private missed = 0;
  /** Notes that it was told of and not the end of. */
  private readonly sounding = new Set<number>();
  /** Ends of such notes, which found no room. */
  private readonly ends: string[] = [];
  /** Undefined as long as it has not chosen: it hears everything. */
  private wanted: Map<string, (subject: string) => boolean> | undefined;
  private stuckSince: Micros | undefined;
  /** Dropped over the whole connection. */
  dropped = 0;

  constructor(
    readonly number: number,
    private readonly socket: WebSocket,
    private readonly maximumWaitingBytes: number,
    private readonly clock: Clock,
  ) {}

  /** Whether it wants to hear of a subject: an address, the type of an event or of a message. */
  wants(subject: string): boolean {
    if (this.wanted === undefined) return true;
    for (const matches of this.wanted.values()) if (matches(subject)) return true;
    return false;
  }

  /** From now on it hears what matches, and what matched before; `*` is everything. False, and all as it was, where that is too much. */
  listen(patterns: readonly string[]): boolean {
    const wanted = new Map(this.wanted);
    for (const pattern of patterns) wanted.set(pattern, pattern === '*' ? () => true : addressMatcher(pattern));
    if (wanted.size > maximumPatterns) return false;
    this.wanted = wanted;
    return true;
  }

  /** Takes patterns back; without any it hears nothing more. */
  unlisten(patterns?: readonly string[]): void {
    this.wanted ??= new Map();
    if (patterns === undefined) this.wanted.clear();
    else for (const pattern of patterns) this.wanted.delete(pattern);
  }

  /** Sends to this client alone. */
  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message), message);
  }

  /** The same for a message that goes to many and is written once, as `text`. */
  sendText(text: string, message: ServerMessage): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > this.maximumWaitingBytes) {
      this.drop(text, message);
      return;
    }
    this.stuckSince = undefined;
    for (const end of this.ends.splice(0)) this.socket.send(end);
    if (this.missed > 0) {
      this.socket.send(JSON.stringify({ type: 'dropped', messages: this.missed } satisfies ServerMessage));
      this.missed = 0;
    }
    this.socket.send(text);
    if (message.type === 'note' && this.sounding.size < maximumEnds) this.sounding.add(message.id);
    else if (message.type === 'noteOff') this.sounding.delete(message.id);
  }

  /** Asks it to leave; for good if it does not answer. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  private drop(text: string, message: ServerMessage): void {
    if (message.type === 'noteOff' && this.sounding.delete(message.id)) {
      this.ends.push(text);
      return;
    }
    this.missed += 1;
    this.dropped += 1;
    const now = this.clock.now();
    this.stuckSince ??= now;
    if (now - this.stuckSince > patienceMicros) this.terminate();
  }
}
