import type { ComposedSpan } from '../contracts/composer.js';
import type { EngineEvent } from '../events.js';
import type { Beats } from '../music/units.js';

/** What a deck tells of its plan, and when a pack that took over is heard. Thread: main. */
export class DeckNews {
  /** What waits until the work that it tells of is done. */
  private held: EngineEvent[] | undefined;
  /** The packs that took over and are still to be heard, by their beats. */
  private arrivals: readonly { readonly beat: Beats; readonly pack: string }[] = [];
  private heard = '';

  constructor(
    private readonly deck: number,
    private readonly emitNow: (event: EngineEvent) => void,
  ) {}

  /** The pack that was heard last; empty before the first. */
  get heardPack(): string {
    return this.heard;
  }

  /** Does something that must not wait for whoever listens, and tells of it after. Not nested. */
  after(work: () => void): void {
    this.held = [];
    try {
      work();
    } finally {
      const events = this.held;
      this.held = undefined;
      for (const event of events) this.emitNow(event);
    }
  }

  /** To be read by people; `undefined`: there is nothing to say. */
  say(sentence: string | undefined): void {
    if (sentence !== undefined) this.emit({ type: 'notice', sentence });
  }

  planned(fromBeat: Beats, untilBeat: Beats, { notes, tempos }: Pick<ComposedSpan, 'notes' | 'tempos'>): void {
    this.emit({ type: 'planned', deck: this.deck, fromBeat, untilBeat, notes, ...(tempos?.length && { tempos }) });
  }

  discarded(fromBeat: Beats): void {
    this.emit({ type: 'discarded', deck: this.deck, fromBeat });
  }

  /** The host jumped: what was to come at a beat comes `by` beats later. */
  moved(by: Beats): void {
    this.arrivals = this.arrivals.map(({ beat, pack }) => ({ beat: beat + by, pack }));
  }

  /** A pack is going to be heard from `beat` on; `undefined`: something that is none. What was to come from there on does not. */
  arrives(beat: Beats, pack?: string): void {
    const abandoned = this.arrivals.filter((former) => former.beat >= beat);
    this.arrivals = [...this.arrivals.filter((former) => former.beat < beat), ...(pack === undefined ? [] : [{ beat, pack }])];
    for (const former of abandoned) this.emit({ type: 'swap', deck: this.deck, stage: 'abandoned', pack: former.pack });
  }

  /** Nothing comes any more. */
  end(): void {
    this.arrives(-Infinity);
  }

  /** Tells of the packs that are heard by now, each once. */
  heardAt(nowBeat: Beats): void {
    const heard = this.arrivals.filter(({ beat }) => beat <= nowBeat);
    this.arrivals = this.arrivals.filter(({ beat }) => beat > nowBeat);
    this.heard = heard.at(-1)?.pack ?? this.heard;
    for (const { beat, pack } of heard) this.emit({ type: 'swap', deck: this.deck, stage: 'playing', pack, atBeat: beat });
  }

  private emit(event: EngineEvent): void {
    if (this.held) this.held.push(event);
    else this.emitNow(event);
  }
}
