import type { Output, WireEvent } from '../contracts/output.js';
import type { Beats } from '../music/units.js';
import { NoteFeedWriter, type NoteFeedEnd } from '../scheduling/note-feed.js';
import { sameMusic } from './take-axis.js';

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

/** The engine itself: what it says to silence an instrument is no music. */
const engineOwner = 0;

type Place = Pick<PlayedMessage, 'beat' | 'microsPerBeat'>;

/**
 * An output that tells the main thread what has left, as it left: with its real ends. Where the host jumps, the clock says
 * where the music was: what ends by the jump ends there, and what is played next is of the place where it goes on.
 * Thread: send. Blocks: never.
 */
export class TakeOutput implements Output {
  private readonly writer: NoteFeedWriter<PlayedMessage>;
  /** Where the music is that was told of. */
  private at: Place | undefined;
  /** Where it goes on, once everything is told that the jump has ended. */
  private next: Place | undefined;
  private stands = true;

  constructor(end: NoteFeedEnd) {
    this.writer = new NoteFeedWriter(end);
  }

  async open(): Promise<void> {
    // The port was open when it was given.
  }

  send(event: WireEvent): void {
    switch (event.kind) {
      case 'clock':
        if (!this.stands && isNear(event, this.at)) this.at = placeOf(event);
        return;
      case 'stop':
        this.stands = true;
        return;
      case 'start':
      case 'continue':
        if (this.stands || !isNear(event, this.at)) this.next = placeOf(event);
        return;
      case 'noteOn':
        this.goToNext();
        this.tell('note', event, isNear(event, this.at) ? event : this.goOn(placeOf(event)));
        return;
      case 'noteOff':
        if (isNear(event, this.next) && !isNear(event, this.at)) this.goToNext();
        this.tell('noteOff', event, this.placed(event));
        return;
      case 'control':
      case 'program':
        if (event.owner === engineOwner) return;
        this.goToNext();
        this.tell(event.kind, event, this.placed(event));
        return;
      case 'position':
    }
  }

  flush(): void {
    this.goToNext();
    this.writer.flush();
  }

  async close(): Promise<void> {
    this.writer.close();
  }

  /** What is of another place was ended, or said, by the jump. */
  private placed(event: WireEvent): Place {
    return isNear(event, this.at) ? event : (this.at ?? this.goOn(placeOf(event)));
  }

  private goToNext(): void {
    if (this.next) this.goOn(this.next);
  }

  private goOn(place: Place): Place {
    this.at = place;
    this.next = undefined;
    this.stands = false;
    this.writer.add({ type: 'goesOn', id: 0, owner: engineOwner, ...place, channel: 0, data1: 0, data2: 0 });
    return place;
  }

  private tell(type: PlayedMessage['type'], { noteId, owner, channel, data1, data2 }: WireEvent, { beat, microsPerBeat }: Place): void {
    this.writer.add({ type, id: noteId, owner, beat, channel, data1, data2, microsPerBeat });
  }
}

function placeOf({ beat, microsPerBeat }: WireEvent): Place {
  return { beat, microsPerBeat };
}

function isNear({ beat }: WireEvent, place: Place | undefined): boolean {
  return place !== undefined && Math.abs(beat - place.beat) <= sameMusic;
}
