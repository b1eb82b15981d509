import { Machine, type MachineDeck } from './capacity/machine.js';
import { WaitingMemory } from './capacity/waiting-memory.js';
import type { TransportChange } from './contracts/sync-source.js';
import { bindDeckActions } from './deck/deck-actions.js';
import { publishDeckFigures } from './deck/deck-figures.js';
import { Deck } from './deck/deck.js';
import type { DeckSettings } from './deck/deck-dependencies.js';
import { DeckControls } from './deck/deck-controls.js';
import { bindOutputs } from './deck/shaping/bind-outputs.js';
import { SoundingLimits } from './deck/sounding-limits.js';
import { ShapingControls } from './deck/shaping/shaping-controls.js';
import type { VoiceSource } from './deck/voice.js';
import { disposable, type Disposable } from './disposable.js';
import { movedByBars } from './deck/boundary.js';
import { Hearing } from './listening/hearing.js';
import type { SentNotes } from './listening/sent-notes.js';
import { readModeSettings } from './deck/modes/bind-modes.js';
import type { Score } from './music/score.js';
import type { Beats } from './music/units.js';
import type { ParameterStore } from './parameters/parameter-store.js';
import type { ParameterValue } from './parameters/parameter.js';
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
  /** How many composers compute at once, so that decks do not slow down each other. Default: all that have something to do. */
  readonly places?: number;
  /** What went out, so that what is heard of it is known again. */
  readonly sent?: SentNotes;
}

/**
 * The decks, where the music is, and what the performer's parameters do to them. It knows neither wires nor where the
 * timeline comes from, so that the same ensemble plays on stage and renders to a file. Thread: main. Blocks: no.
 */
export class Ensemble {
  readonly session: Session;
  /** What people play. */
  readonly hearing: Hearing;
  private readonly row: { readonly deck: Deck; readonly limits: SoundingLimits; readonly place: Disposable }[] = [];
  private readonly waitingMemory: WaitingMemory;
  private readonly machine: Machine;

  constructor(
    private readonly parts: EnsembleParts,
    deckCount: number,
  ) {
    this.session = new Session(parts.clock, parts.timeline, {
      relocated: (fromBeat, toBeat) => this.relocated(fromBeat, toBeat),
      resumed: (beat) => this.decks.forEach((deck) => deck.ahead.requeue(beat)),
    });
    this.hearing = this.makeHearing();
    this.waitingMemory = waitingMemoryOf(parts.parameters);
    this.machine = new Machine(parts.places ?? Infinity, {
      beat: () => this.session.beat(),
      changed: (deck, rests) => this.toldToRest(deck, rests),
      contextChanged: (deck, share) => this.toldToLookBack(deck, share),
    });
    for (let number = 1; number <= deckCount; number += 1) this.addDeck();
    parts.parameters.handle('panic', () => this.panic());
    parts.sender.publish(parts.timeline);
  }

  get decks(): readonly Deck[] {
    return this.row.map(({ deck }) => deck);
  }

  /** One more deck, empty, with the next number. */
  addDeck(): Deck {
    const { parameters } = this.parts;
    const number = this.row.length + 1;
    const addresses = parameters.addDeck(number);
    const { result, listeners } = parameters.listening(() => ({ deck: this.makeDeck(number), limits: new SoundingLimits(number, parameters, this.parts.sender) }));
    this.row.push({ ...result, place: disposable(() => [listeners, addresses].forEach((each) => each.dispose())) });
    return result.deck;
  }

  /** Takes the last deck away, if there is one: its notes end at once, and its voice is freed. */
  async removeDeck(): Promise<void> {
    const last = this.row.pop();
    if (!last) return;
    const { number } = last.deck;
    // Who plays solo alone may not silence the others for good.
    this.parts.parameters.publish(`deck/${number}/solo`, false);
    await last.deck.dispose();
    // Whoever is still on the way asks for what is set for the deck.
    await last.deck.succession.ended();
    this.machine.forget(number);
    last.place.dispose();
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
    if (change.type === 'stop') this.hearing.release();
    this.parts.sender.transport(change);
    this.parts.parameters.publish('playing', this.session.playing);
    this.parts.parameters.emit({ type: 'transport', playing: this.session.playing, beat: change.beat });
    this.advance();
  }

  /** Keeps every deck composed ahead. Call it often. */
  advance(): void {
    this.hearing.look();
    for (const deck of this.decks) deck.advance();
    this.machine.look();
  }

  /** Writes what the decks and the sender have counted into the parameter table. */
  publishCounters(): void {
    const { parameters, sender } = this.parts;
    const counters = sender.counters();
    parameters.publish('sent', counters.sent);
    parameters.publish('late', counters.late);
    parameters.publish('dropped', counters.droppedLate + counters.droppedFull);
    parameters.publish('sounding', counters.sounding);
    parameters.publish('heard', this.hearing.heard);
    parameters.publish('echoes', this.hearing.echoes);
    // While the music stands nobody can fall behind.
    if (this.session.playing) this.machine.judge(this.decks.map((deck) => this.machineDeck(deck)), this.parts.clock.now());
    for (const { deck, limits } of this.row) {
      publishDeckFigures(deck, parameters);
      parameters.publish(`deck/${deck.number}/context`, 100 * this.machine.contextShare(deck.number));
      limits.look();
    }
  }

  /** Ends the decks' notes and frees their voices. */
  async dispose(): Promise<void> {
    await Promise.all(this.decks.map((deck) => deck.dispose()));
  }

  private toldToRest(number: number, rests: boolean): void {
    const { parameters } = this.parts;
    const sentence = rests
      ? `Deck ${number} rests: this machine cannot compute all decks at this tempo. Slow down, give a deck a smaller pack, or play with fewer decks; it goes on when there is room.`
      : `Deck ${number} goes on: there is room for it.`;
    parameters.emit({ type: 'notice', sentence });
  }

  private toldToLookBack(number: number, share: number): void {
    const { pack } = this.decks[number - 1];
    const sentence =
      share < 1
        ? `Deck ${number} looks back on ${100 * share} % of what ${pack} can: this machine cannot compute all of it at this tempo. It looks back on all again when there is room.`
        : `Deck ${number} looks back on all that ${pack} can again: there is room for it.`;
    this.parts.parameters.emit({ type: 'notice', sentence });
  }

  private panic(): void {
    this.parts.sender.panic();
    this.hearing.release();
  }

  private relocated(fromBeat: Beats, toBeat: Beats): void {
    this.hearing.relocate(fromBeat, toBeat, movedByBars(fromBeat, toBeat, this.settings().beatsPerBar));
    for (const deck of this.decks) deck.relocate(fromBeat, toBeat);
  }

  private heardMusic(fromBeat: Beats, untilBeat: Beats): Pick<Score, 'notes' | 'controls'> {
    const { hearing } = this;
    return { notes: hearing.notesBetween(fromBeat, untilBeat), controls: hearing.controlsBetween(fromBeat, untilBeat) };
  }

  private makeHearing(): Hearing {
    const { clock, parameters, sent } = this.parts;
    const hearing = new Hearing({
      clock,
      ground: this.session,
      sent,
      listening: () => parameters.boolean('hear-notes'),
      echoMicros: () => parameters.number('echo-window') * 1000,
    });
    parameters.onChange((address, value) => {
      if (address === 'hear-notes' && value === false) hearing.release();
    });
    hearing.onHeard((news) => {
      if (news.type !== 'control') parameters.emit({ type: 'heard', source: news.source, note: news.note });
    });
    return hearing;
  }

  private makeDeck(number: number): Deck {
    const { clock, parameters, sender, voices } = this.parts;
    const prefix = `deck/${number}/`;
    // What a voice still had to say when its deck was taken away has no place any more.
    const publish = (name: string, value: ParameterValue): void => {
      if (parameters.has(prefix + name)) parameters.publish(prefix + name, value);
    };
    const shaping = new ShapingControls(parameters, prefix, this.session, () => deck.ahead.reshape());
    const deck: Deck = new Deck(number, {
      clock,
      sender,
      voices: this.machine.voicesFor(() => ({ number, pack: deck.pack, writtenUntil: deck.ahead.writtenUntil }), voices),
      mayPlay: () => this.machine.mayPlay(number),
      isPressed: () => this.machine.isPressed(number),
      waitingMemory: this.waitingMemory,
      controls: new DeckControls(parameters, prefix, () => this.session.timeline.bpm, () => deck.revise(), () => deck.rebar()),
      position: this.session,
      hearing: this.hearing,
      heardMusic: (fromBeat, untilBeat) => this.heardMusic(fromBeat, untilBeat),
      modeSettings: () => readModeSettings(parameters, prefix),
      shaping: () => shaping.read(),
      settings: () => this.settings(),
      emit: (event) => {
        if (event.type === 'swap' && event.stage === 'ready') this.machine.renewed(number, clock.now());
        parameters.emit(event);
      },
      report: (error) => parameters.report(error, `deck ${number}`),
      keptStates: (names) => publish('states', names.join(', ')),
      frozen: (bars) => publish('frozen', bars),
      waiting: ({ cued, parked }) => {
        publish('cued', cued.join(', '));
        publish('parked', parked.join(', '));
      },
    });
    bindOutputs(number, parameters, sender, () => deck.ahead.restate());
    bindDeckActions(deck, parameters);
    return deck;
  }

  private machineDeck(deck: Deck): MachineDeck {
    const { number, pack, state, timesRealTime, aheadBeats } = deck;
    const { writtenUntil, audible } = deck.ahead;
    const { horizon } = this.settings();
    const wantedBeats = Math.min(horizon, deck.modes.limit(deck.ahead.reach(horizon)) - this.session.beat());
    return { number, pack, state, timesRealTime, aheadBeats, wantedBeats, writtenUntil, audible };
  }

  /** How far ahead it plays. */
  settings(): DeckSettings {
    const { parameters } = this.parts;
    return {
      horizon: parameters.number('horizon'),
      commit: parameters.number('commit'),
      beatsPerBar: parameters.number('beats-per-bar'),
    };
  }
}

function waitingMemoryOf(parameters: ParameterStore): WaitingMemory {
  const memory = new WaitingMemory(() => parameters.number('cue-memory') * 2 ** 20);
  parameters.onChange((address) => address === 'cue-memory' && memory.keepWithinLimit());
  return memory;
}
