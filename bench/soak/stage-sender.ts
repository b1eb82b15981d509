import type { Note } from '../../src/engine/music/note.js';
import type { ControlMark, ProgramMark } from '../../src/engine/music/score.js';
import type { Beats } from '../../src/engine/music/units.js';
import { LocalSender, type LocalSenderOptions } from '../../src/engine/scheduling/local-sender.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';

/** What was queued further back than this has left. */
const rememberedBeats: Beats = 16;
const mostTold = 10;
/** Lengths on this grid may be those of two notes; others belong to one. */
const sharedLengths = 960;

/**
 * A sender that tells when it is made to forget what has left, and looks whether a note is queued that is queued already.
 * Thread: one.
 */
export class StageSender extends LocalSender {
  /** Notes that were queued while the same ones were. */
  queuedTwice = 0;
  readonly faults: string[] = [];
  private readonly queued = new Map<number, Note[]>();

  constructor(
    private readonly stageClock: VirtualClock,
    options: LocalSenderOptions,
    /** What an owner, or everybody, has sent is ended and may be sent again. */
    private readonly forgotten: (owner?: number) => void,
  ) {
    super(stageClock, options);
  }

  override queue(owner: number, notes: readonly Note[], programs?: readonly ProgramMark[], controls?: readonly ControlMark[]): void {
    super.queue(owner, notes, programs, controls);
    const known = (this.queued.get(owner) ?? []).filter(({ beat }) => notes.length === 0 || beat > notes[0].beat - rememberedBeats);
    const own = notes.filter(({ duration }) => !Number.isInteger(duration * sharedLengths));
    for (const note of own) if (known.some((other) => isSame(note, other))) this.twice(owner, note);
    this.queued.set(owner, [...known, ...own]);
  }

  override flush(owner: number, fromBeat: Beats): void {
    super.flush(owner, fromBeat);
    this.queued.set(owner, (this.queued.get(owner) ?? []).filter(({ beat }) => beat < fromBeat));
  }

  override silence(owner: number): void {
    super.silence(owner);
    this.queued.delete(owner);
    this.forgotten(owner);
  }

  override panic(): void {
    super.panic();
    this.queued.clear();
    this.forgotten();
  }

  private twice(owner: number, { beat, channel, pitch }: Note): void {
    this.queuedTwice += 1;
    const seconds = (this.stageClock.now() / 1e6).toFixed(3);
    if (this.faults.length < mostTold) this.faults.push(`at ${seconds} s: owner ${owner} queues the note of beat ${beat}, ${channel}/${pitch}, again`);
  }
}

function isSame(one: Note, other: Note): boolean {
  return one.beat === other.beat && one.duration === other.duration && one.pitch === other.pitch && one.channel === other.channel;
}
