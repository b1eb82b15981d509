import type { Output, WireEvent } from '../../engine/contracts/output.js';
import type { Micros } from '../../engine/music/units.js';
import { NoteFeedWriter, type NoteFeedEnd } from '../../engine/scheduling/note-feed.js';
import type { WireMessage } from './server-message.js';
import { wireMessage } from './wire-message.js';

/**
 * Stamps what is played and passes it to the main thread, where the sockets are.
 * Thread: send. Blocks: never.
 */
export class WebSocketOutput implements Output {
  private readonly writer: NoteFeedWriter<WireMessage>;

  constructor(end: NoteFeedEnd) {
    this.writer = new NoteFeedWriter(end);
  }

  async open(): Promise<void> {
    // The port was open when it was given.
  }

  send(event: WireEvent, dueMicros: Micros): void {
    if (!this.writer.wanted) return;
    const message = wireMessage(event, dueMicros);
    if (message !== undefined) this.writer.add(message);
  }

  flush(): void {
    this.writer.flush();
  }

  async close(): Promise<void> {
    this.writer.close();
  }
}
