import type { Output, WireEvent } from '../contracts/output.js';
import type { Beats } from '../music/units.js';
import { NoteFeedWriter, type NoteFeedEnd } from '../scheduling/note-feed.js';

/** The output that the recording listens on; its name is taken. */
export const takeOutputName = 'take';

/** What was played, in session beats. */
export interface PlayedMessage {
  readonly type: 'note' | 'noteOff' | 'control' | 'program' | 'goesOn';
  readonly id: number;
  readonly owner: number;
  readonly beat: Beats;
  readonly channel: number;
  readonly data1: number;
  readonly data2: number;
  readonly microsPerBeat: number;
}

/** An output that tells the main thread what has left, as it left: with its real ends. Thread: send. Blocks: never. */
export class TakeOutput implements Output {
  private readonly writer: NoteFeedWriter<PlayedMessage>;

  constructor(end: NoteFeedEnd) {
    this.writer = new NoteFeedWriter(end);
  }

  async open(): Promise<void> {
    // The port was open when it was given.
  }

  send({ kind, noteId, owner, beat, channel, data1, data2, microsPerBeat }: WireEvent): void {
    const type = typeOf(kind);
    if (type !== undefined) this.writer.add({ type, id: noteId, owner, beat, channel, data1, data2, microsPerBeat });
  }

  flush(): void {
    this.writer.flush();
  }

  async close(): Promise<void> {
    this.writer.close();
  }
}

function typeOf(kind: WireEvent['kind']): PlayedMessage['type'] | undefined {
  switch (kind) {
    case 'noteOn':
      return 'note';
    case 'start':
    case 'continue':
      return 'goesOn';
    case 'noteOff':
    case 'control':
    case 'program':
      return kind;
    default:
      return undefined;
  }
}
