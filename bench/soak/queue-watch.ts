import type { Ensemble } from '../../src/engine/ensemble.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import type { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import type { SenderCounters } from '../../src/engine/scheduling/sender.js';

const mostTold = 10;

/** What a deck had queued, and why it may be much. */
interface QueuedDeck {
  readonly deck: number;
  readonly pack: string;
  readonly state: string;
  readonly mode: string;
  /** Bars that are repeated; 0: none. */
  readonly frozen: number;
  readonly aheadBeats: Beats;
  /** Notes planned from the present beat on. */
  readonly notes: number;
}

/** The moment at which most waited to be sent. */
export interface FullestQueue {
  readonly seconds: number;
  /** Events, over all outputs. */
  readonly queued: number;
  readonly outputs: number;
  readonly beat: Beats;
  readonly bpm: Bpm;
  readonly playing: boolean;
  readonly horizon: Beats;
  readonly decks: readonly QueuedDeck[];
}

/** Looks how much waits to be sent, and what a stage was like where something found no room. Thread: main. */
export class QueueWatch {
  readonly faults: string[] = [];
  fullest: FullestQueue | undefined;
  private dropped = 0;

  constructor(
    private readonly ensemble: Ensemble,
    private readonly parameters: ParameterStore,
  ) {}

  /** Call it a few times a second. */
  look({ queued, droppedFull }: SenderCounters, now: Micros, outputs: number): void {
    const isFull = droppedFull > this.dropped;
    if (!isFull && queued <= (this.fullest?.queued ?? 0)) return;
    const moment = this.moment(queued, now, outputs);
    if (queued > (this.fullest?.queued ?? 0)) this.fullest = moment;
    if (isFull && this.faults.length < mostTold) this.faults.push(`${droppedFull - this.dropped} notes found no room: ${JSON.stringify(moment)}`);
    this.dropped = droppedFull;
  }

  private moment(queued: number, now: Micros, outputs: number): FullestQueue {
    const { ensemble, parameters } = this;
    const { session } = ensemble;
    const decks = ensemble.decks.map((deck) => ({
      deck: deck.number,
      pack: deck.pack,
      state: deck.state,
      mode: parameters.text(`deck/${deck.number}/play-mode`),
      frozen: parameters.number(`deck/${deck.number}/frozen`),
      aheadBeats: Math.round(deck.aheadBeats * 100) / 100,
      notes: deck.plan.from(session.beat()).notes.length,
    }));
    return { seconds: now / 1e6, queued, outputs, beat: session.beat(), bpm: session.timeline.bpm, playing: session.playing, horizon: parameters.number('horizon'), decks };
  }
}
