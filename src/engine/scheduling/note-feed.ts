import { MessageChannel, type MessagePort } from 'node:worker_threads';

const waitingIndex = 0;
const listenersIndex = 1;
const droppedIndex = 2;
const maximumWaiting = 4096;

/** What is told: `note` begins a note that the `noteOff` of the same `id` ends; anything else stands for itself. */
export interface FeedMessage {
  readonly type: string;
  readonly id?: number;
}

/** What the send thread is given: a port to post to, and the counters both ends share. Structured-cloneable. */
export interface NoteFeedEnd {
  readonly port: MessagePort;
  readonly counters: Int32Array;
}

/**
 * The bounded way of what is played from the send thread to the main thread. At most 4096 messages wait for the main thread, whatever holds
 * it up: past that everything is dropped and counted but the ends of notes that were told. While nobody listens
 * nothing is posted at all.
 */
export class NoteFeed<Message extends FeedMessage> {
  private readonly counters = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  private near: MessagePort;
  /** The send thread's end, until it is renewed. */
  far: NoteFeedEnd;

  constructor(private readonly listener: (messages: readonly Message[]) => void) {
    ({ near: this.near, far: this.far } = this.connected());
  }

  /** A new channel, for a send thread that takes the place of one that crashed. What was on its way is lost. */
  renew(): NoteFeedEnd {
    this.near.close();
    Atomics.store(this.counters, waitingIndex, 0);
    ({ near: this.near, far: this.far } = this.connected());
    return this.far;
  }

  /** How many want the notes. */
  setListeners(count: number): void {
    Atomics.store(this.counters, listenersIndex, count);
  }

  /** Messages dropped because the main thread was held up. */
  get dropped(): number {
    return Atomics.load(this.counters, droppedIndex);
  }

  close(): void {
    this.near.close();
  }

  private connected(): { near: MessagePort; far: NoteFeedEnd } {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (messages: readonly Message[]) => {
      Atomics.sub(this.counters, waitingIndex, messages.length);
      this.listener(messages);
    });
    port1.unref();
    return { near: port1, far: { port: port2, counters: this.counters } };
  }
}

/**
 * The send thread's end. Gathers until `flush`, then posts once.
 * Thread: send. Blocks: never. Allocates: the messages.
 */
export class NoteFeedWriter<Message extends FeedMessage> {
  private gathered: Message[] = [];
  /** Notes that were dropped and have not ended. */
  private readonly untold = new Set<number>();

  constructor(private readonly end: NoteFeedEnd) {}

  /** Whether anybody listens. */
  get wanted(): boolean {
    return Atomics.load(this.end.counters, listenersIndex) > 0;
  }

  add(message: Message): void {
    const full = Atomics.load(this.end.counters, waitingIndex) + this.gathered.length >= maximumWaiting;
    const ends = message.type === 'noteOff' && !this.untold.delete(message.id ?? 0);
    if (!full || ends) {
      this.gathered.push(message);
      return;
    }
    if (message.type === 'note') this.untold.add(message.id ?? 0);
    Atomics.add(this.end.counters, droppedIndex, 1);
  }

  flush(): void {
    if (this.gathered.length === 0) return;
    Atomics.add(this.end.counters, waitingIndex, this.gathered.length);
    this.end.port.postMessage(this.gathered);
    this.gathered = [];
  }

  close(): void {
    this.flush();
    this.end.port.close();
  }
}
