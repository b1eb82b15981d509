import { LocalSender, type LocalSenderOptions } from '../../src/engine/scheduling/local-sender.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';

/** A sender that tells when it is made to forget what has left. Thread: one. */
export class StageSender extends LocalSender {
  constructor(
    clock: VirtualClock,
    options: LocalSenderOptions,
    /** What an owner, or everybody, has sent is ended and may be sent again. */
    private readonly forgotten: (owner?: number) => void,
  ) {
    super(clock, options);
  }

  override silence(owner: number): void {
    super.silence(owner);
    this.forgotten(owner);
  }

  override panic(): void {
    super.panic();
    this.forgotten();
  }

  /** Onsets that were not sent because they were late. */
  get droppedLate(): number {
    return this.counters().droppedLate;
  }
}
