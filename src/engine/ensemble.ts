import type { TransportChange } from './contracts/sync-source.js';
import { Deck } from './deck/deck.js';
import type { DeckSettings } from './deck/deck-dependencies.js';
import { DeckControls } from './deck/deck-controls.js';
import type { VoiceSource } from './deck/voice.js';
import { ContinuoError } from './errors.js';
import type { ParameterStore } from './parameters/parameter-store.js';
import { boundaries, type Boundary } from './parameters/table.js';
import type { Sender } from './scheduling/sender.js';
import { Session } from './session.js';
import type { Clock } from './time/clock.js';
import type { Timeline } from './time/timeline.js';

export interface EnsembleParts {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly voices: VoiceSource;
  readonly parameters: ParameterStore;
  readonly timeline: Timeline;
}

/**
 * The decks, where the music is, and what the performer's parameters do to them. It knows neither wires nor where the
 * timeline comes from, so that the same ensemble plays on stage and renders to a file. Thread: main. Blocks: no.
 */
export class Ensemble {
  readonly session: Session;
  readonly decks: readonly Deck[];

  constructor(
    private readonly parts: EnsembleParts,
    deckCount: number,
  ) {
    this.session = new Session(parts.clock, parts.timeline, {
      relocated: (fromBeat, toBeat) => this.decks.forEach((deck) => deck.relocate(fromBeat, toBeat)),
      resumed: (beat) => this.decks.forEach((deck) => deck.requeue(beat)),
    });
    this.decks = Array.from({ length: deckCount }, (_unused, index) => this.makeDeck(index + 1));
    parts.parameters.handle('panic', () => parts.sender.panic());
    parts.sender.publish(parts.timeline);
  }

  /** Takes the leader's timeline: queued notes move with it. */
  follow(timeline: Timeline): void {
    this.parts.sender.publish(timeline);
    this.session.follow(timeline);
    this.parts.parameters.publish('bpm', timeline.bpm);
    this.advance();
  }

  /** Takes the leader's start, continue, stop or locate. */
  transport(change: TransportChange): void {
    this.session.change(change);
    this.parts.sender.transport(change);
    this.parts.parameters.publish('playing', this.session.playing);
    this.parts.parameters.emit({ type: 'transport', playing: this.session.playing, beat: change.beat });
    this.advance();
  }

  /** Keeps every deck composed ahead. Call it often. */
  advance(): void {
    for (const deck of this.decks) deck.advance();
  }

  /** Writes what the decks and the sender have counted into the parameter table. */
  publishCounters(): void {
    const { parameters, sender } = this.parts;
    const counters = sender.counters();
    parameters.publish('sent', counters.sent);
    parameters.publish('late', counters.late);
    parameters.publish('dropped', counters.droppedLate + counters.droppedFull);
    parameters.publish('sounding', counters.sounding);
    for (const deck of this.decks) {
      const prefix = `deck/${deck.number}/`;
      parameters.publish(`${prefix}pack`, deck.pack);
      parameters.publish(`${prefix}state`, deck.state);
      parameters.publish(`${prefix}speed`, rounded(deck.timesRealTime, 10));
      parameters.publish(`${prefix}underruns`, deck.underruns);
      parameters.publish(`${prefix}losses`, deck.losses);
      this.publishRealTime(deck, prefix);
      parameters.publish(`${prefix}round-trip`, rounded(deck.link.medianMilliseconds, 10));
      parameters.publish(`${prefix}slow-round-trip`, rounded(deck.link.p95Milliseconds, 10));
      parameters.publish(`${prefix}reconnects`, deck.link.reconnects);
      parameters.publish(`${prefix}timeouts`, deck.link.timeouts);
    }
  }

  private publishRealTime({ realTime }: Deck, prefix: string): void {
    const { parameters } = this.parts;
    const { inTime, staleness, inTimeWeighted, missedTicks, answerMilliseconds, pace } = realTime;
    parameters.publish(`${prefix}in-time`, rounded(inTime, 10_000));
    parameters.publish(`${prefix}staleness`, rounded(staleness, 1000));
    parameters.publish(`${prefix}in-time-weighted`, rounded(inTimeWeighted, 10_000));
    parameters.publish(`${prefix}missed`, missedTicks);
    parameters.publish(`${prefix}answer-time`, rounded(answerMilliseconds, 10));
    parameters.publish(`${prefix}request-interval`, pace.intervalTicks);
    parameters.publish(`${prefix}request-length`, pace.lengthTicks);
  }

  /** Ends the decks' notes and frees their voices. */
  async dispose(): Promise<void> {
    await Promise.all(this.decks.map((deck) => deck.dispose()));
  }

  private makeDeck(number: number): Deck {
    const { clock, parameters, sender, voices } = this.parts;
    const prefix = `deck/${number}/`;
    parameters.addDeck(number);
    const deck: Deck = new Deck(number, {
      clock,
      sender,
      voices,
      controls: new DeckControls(parameters, prefix, () => this.session.timeline.bpm, () => deck.revise(), () => deck.rebar()),
      position: this.session,
      settings: () => this.settings(),
      emit: (event) => {
        if (event.type === 'swap' && event.stage === 'playing') parameters.publish(`${prefix}pack`, event.pack);
        parameters.emit(event);
      },
      report: (error) => parameters.report(error, `deck ${number}`),
      keptStates: (names) => parameters.publish(`${prefix}states`, names.join(', ')),
    });
    parameters.handle(`${prefix}load`, ([pack, boundary]) => deck.load(String(pack), this.boundary(boundary as string | undefined)));
    parameters.handle(`${prefix}style`, ([style]) => deck.checkStyle(String(style)));
    parameters.handle(`${prefix}keep-state`, ([name]) => deck.states.keep(String(name)));
    parameters.handle(`${prefix}recall-state`, ([name, amount = 1]) => deck.states.recall(String(name), Number(amount)));
    parameters.handle(`${prefix}forget-state`, ([name]) => deck.states.forget(String(name)));
    parameters.handle(`${prefix}rethink`, () => parameters.write(`${prefix}seed`, [parameters.number(`${prefix}seed`) + 1], 'rethink'));
    return deck;
  }

  private settings(): DeckSettings {
    const { parameters } = this.parts;
    return {
      horizon: parameters.number('horizon'),
      commit: parameters.number('commit'),
      beatsPerBar: parameters.number('beats-per-bar'),
    };
  }

  private boundary(asked: string | undefined): Boundary {
    const wanted = asked ?? this.parts.parameters.text('swap-at');
    const boundary = boundaries.find((candidate) => candidate === wanted);
    if (boundary) return boundary;
    throw new ContinuoError('badValue', `A boundary is one of ${boundaries.join(', ')}, not "${wanted}".`);
  }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
