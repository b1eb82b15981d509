import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import { addressMatcher } from '../../engine/parameters/address-pattern.js';
import type { Clock } from '../../engine/time/clock.js';

/** Where a datagram came from, or goes to. */
export interface OscPeer {
  readonly address: string;
  readonly port: number;
}

interface Listener {
  readonly sender: OscPeer;
  /** Where answers go: the sender's host, and the port it asked for. */
  readonly target: OscPeer;
  readonly patterns: Map<string, (address: string) => boolean>;
  /** How long it may be silent. */
  readonly lease: Micros;
  until: Micros;
}

/** How a listener wants to be told. */
export interface ListenWish {
  /** Another port of its host. */
  readonly port?: number;
  /** It is forgotten when it has said nothing for so long; without, it never is. */
  readonly lease?: Micros;
}

const maximumListeners = 32;
const maximumPatterns = 64;

/**
 * Who wants to be told what. There are at most 32 listeners of 64 patterns each: one more takes the place of the one
 * that has been silent longest, and `listen` returns who that was. Who asked for a lease has to say something within it.
 * Thread: main. Blocks: no.
 */
export class OscListeners {
  /** In the order in which they were last heard. */
  private readonly listeners = new Map<string, Listener>();

  constructor(private readonly clock: Clock) {}

  /** Adds a pattern (`*` is everything) for a sender. Errors: `queueFull` for a 65th pattern. */
  listen(sender: OscPeer, pattern: string, { port, lease }: ListenWish = {}): OscPeer | undefined {
    const known = this.listeners.get(keyOf(sender));
    const target = port === undefined ? (known?.target ?? sender) : { address: sender.address, port };
    const patterns = known?.patterns ?? new Map<string, (address: string) => boolean>();
    if (patterns.size >= maximumPatterns && !patterns.has(pattern)) {
      throw new ContinuoError('queueFull', `You listen to ${maximumPatterns} patterns already; listen to * or take some back with /continuo/unlisten.`);
    }
    patterns.set(pattern, pattern === '*' ? () => true : addressMatcher(pattern));
    this.forgetSameTarget(sender, target);
    this.listeners.delete(keyOf(sender));
    const granted = lease ?? known?.lease ?? Infinity;
    this.listeners.set(keyOf(sender), { sender, target, patterns, lease: granted, until: this.clock.now() + granted });
    if (this.listeners.size <= maximumListeners) return undefined;
    const [[key, oldest]] = this.listeners;
    this.listeners.delete(key);
    return oldest.target;
  }

  /** Takes one pattern back, or all of the sender's. */
  unlisten(sender: OscPeer, pattern?: string): void {
    const listener = this.listeners.get(keyOf(sender));
    if (listener === undefined) return;
    if (pattern !== undefined) listener.patterns.delete(pattern);
    if (pattern === undefined || listener.patterns.size === 0) this.listeners.delete(keyOf(sender));
  }

  /** Notes that a sender is alive. */
  heard(sender: OscPeer): void {
    const listener = this.listeners.get(keyOf(sender));
    if (listener === undefined) return;
    listener.until = this.clock.now() + listener.lease;
    this.listeners.delete(keyOf(sender));
    this.listeners.set(keyOf(sender), listener);
  }

  /** Where answers to a sender go. */
  answerTo(sender: OscPeer): OscPeer {
    return this.listeners.get(keyOf(sender))?.target ?? sender;
  }

  /** Everybody who wants to hear of `path` (an address without `/continuo/`). */
  interestedIn(path: string): readonly OscPeer[] {
    const targets: OscPeer[] = [];
    const now = this.clock.now();
    for (const [key, { target, patterns, until }] of this.listeners) {
      if (until < now) {
        this.listeners.delete(key);
        continue;
      }
      for (const matches of patterns.values()) {
        if (!matches(path)) continue;
        targets.push(target);
        break;
      }
    }
    return targets;
  }

  clear(): void {
    this.listeners.clear();
  }

  // A program that was started again sends from a new port but is answered at the same one: it would hear all twice.
  private forgetSameTarget(sender: OscPeer, target: OscPeer): void {
    for (const [key, listener] of this.listeners) {
      if (key !== keyOf(sender) && keyOf(listener.target) === keyOf(target)) this.listeners.delete(key);
    }
  }
}

function keyOf(peer: OscPeer): string {
  return `${peer.address} ${peer.port}`;
}
