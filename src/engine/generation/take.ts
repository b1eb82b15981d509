import type { DecodedEvent } from '../contracts/tokenizer.js';
import type { UnitProgram } from '../contracts/unit-table.js';
import { ContinuoError } from '../errors.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { BeatUnderWay } from './beat-under-way.js';
import { holds } from './composer-memory.js';
import type { ComposingRules, Floor } from './composing-rules.js';
import type { ContextRoom } from './context-room.js';
import { biasDensity } from './density-bias.js';
import { eventBeat } from './event-beat.js';
import { EventMarks, nothingRead, type EventMark, type Segment } from './event-marks.js';
import { openingTurn, type Turn } from './model-guide.js';
import { OnsetReach } from './onset-reach.js';
import type { PromptWriter } from './prompt-writer.js';
import { Recalls } from './recalls.js';
import { CounterRandom } from './sampling/counter-random.js';
import type { TokenSampler } from './sampling/token-sampler.js';
import { StateTrail } from './state-trail.js';
import type { TokenStream } from './token-stream.js';
import { drawsOf } from './unit-writer.js';

/** So many events at one time are taken for a model that is stuck: time is pushed on by force. */
const stuckEvents = 96;
const pushBeats: Beats = 0.25;
/** What a format that tells onsets before they are certain writes at a time. */
const longestUnit: Beats = 1;
/** When even that does not help. */
const lostEvents = 192;

/**
 * One stream of events that a model composes, with all that is needed to take some of it back. Events come out in order
 * of beat, never before the floor. When the model's context is full the recent past is read into it again, and time goes
 * on. Thread: the inference worker. Blocks: open and step, for as long as the model runs.
 */
export class Take {
  private readonly marks = new EventMarks();
  private readonly reach: OnsetReach;
  private readonly random = new CounterRandom(0);
  /** States that the model goes on with, where it first decides at or after their beats, which must not be decided yet. */
  readonly recalls = new Recalls();
  private readonly trail = new StateTrail();
  private readonly underWay: BeatUnderWay;
  private segment: Segment = nothingRead;
  /** How often the stream was opened. */
  private openings = 0;
  /** No event before this is wanted. */
  private floor: Beats = 0;
  /** Where music was taken back to: what comes before it then was not given out and is not wanted now. */
  private wall: Beats = -Infinity;
  /** Where to go back to if what is composed as before, with other controls, comes before the wall. */
  private beforeWall: EventMark | undefined;
  /** Nothing was composed since music was taken back. */
  private justBack = false;
  private lastBeat: Beats = -Infinity;
  private eventsHere = 0;
  private betweenEvents = true;
  /** Where to go back to if what is composed freely comes before the floor. */
  private attempt: EventMark | undefined;
  /** Only ids that can still reach the floor are allowed. */
  private strict = false;
  /** Where it was opened. */
  private beginning: EventMark | undefined;
  /** The take's place in the seed's random numbers. */
  private start: Beats = 0;

  constructor(
    private readonly stream: TokenStream,
    private readonly sampler: TokenSampler,
    private readonly writer: PromptWriter,
    private readonly room: ContextRoom,
  ) {
    this.reach = new OnsetReach(stream.tokenizer);
    this.underWay = new BeatUnderWay(writer);
  }

  /** No event before this beat can still come. */
  get frontierBeat(): Beats {
    return Math.max(this.wall, this.ownFrontier);
  }

  /**
   * Forgets everything and reads `past`, all of which lies before `atBeat`; the first event comes at `atBeat` or later.
   * It is read in short runs. Where something is `awaited` between two of them, the steps to come read the rest.
   */
  async open(past: Score, atBeat: Beats, awaited: () => boolean): Promise<void> {
    this.random.counter = 0;
    this.eventsHere = 0;
    this.begin(atBeat);
    this.trail.forgetFrom(-Infinity);
    this.lastBeat = this.read(past, atBeat, openingTurn(this.recalls.lastBefore(atBeat)));
    while (this.stream.behind && !awaited()) await this.stream.readSome();
    this.noteBeginning();
  }

  /**
   * Goes back to where it was opened, as if nothing had been composed since; the first event comes at `atBeat` or later, and time
   * is held to that from the first id on. False where something is `awaited` before all of the past is read.
   */
  async reopen(atBeat: Beats, awaited: () => boolean): Promise<boolean> {
    const { stream, beginning } = this;
    if (!beginning) throw new ContinuoError('modelFailed', 'the composer was not primed; call prime first');
    this.restore(beginning);
    this.begin(atBeat);
    this.noteBeginning();
    while (stream.behind) {
      if (awaited()) return false;
      await stream.readSome();
      this.noteBeginning();
    }
    await stream.thinkAhead();
    this.noteBeginning();
    this.floor = atBeat;
    this.strict = this.isEarly;
    return true;
  }

  /**
   * At most one model run, or those of a key; returns the events that became certain. `past` is asked for when the context is full.
   * `inUnits` false: id by id where the model remembers what it thinks on the way, so that what is written again costs nothing.
   */
  async step(rules: ComposingRules, past: () => Score, inUnits = true): Promise<readonly DecodedEvent[]> {
    const { stream } = this;
    if (this.room.isFull(stream.length, this.betweenEvents || this.isAtKey)) this.read(past(), this.ownFrontier, openingTurn(stream.turn.recalled));
    stream.steer(rules.steeringAt(stream.frontierBeat));
    if (stream.behind) {
      await stream.readSome();
      return [];
    }
    if (this.justBack) this.holdWhatIsWishedOtherwise(rules);
    if (this.betweenEvents) this.noteWhereWeStand(rules);
    const recall = this.betweenEvents ? this.recalls.due(stream.frontierBeat, stream.turn.recalled) : undefined;
    if (recall) stream.recall(recall);
    const program = this.betweenEvents && !this.isEarly && (inUnits || !stream.canRemember) ? stream.unit(this.constraint(rules, past), rules, this.reach) : undefined;
    if (program) return this.writeUnit(program, rules, past);
    if (this.isAtKey) return this.writeRound(rules, past);
    stream.allow(this.constraint(rules, past));
    if (this.isEarly && this.strict && !this.keepsFloor) this.reach.keepFrom(stream, this.floor);
    return this.accept(await this.draw(rules), false, past) ?? [];
  }

  /**
   * The memory of the model where it decided on the music at `beat`; `undefined` where it has none to keep. The copy is
   * the caller's.
   */
  stateAt(beat: Beats): Float32Array | undefined {
    return this.trail.at(beat) ?? this.stream.snapshot();
  }

  /** Lends the model's context to somebody; the stream goes on as if nobody had had it. */
  async lend<Result>(use: () => Promise<Result>): Promise<Result> {
    const { prompt, ids } = this.segment;
    this.openings += 1;
    try {
      return await use();
    } finally {
      this.stream.readAgain([...prompt, ...ids], ids.length);
    }
  }

  /** Takes back everything at or after `beat`. False when that is too far back: open again. */
  takeBack(beat: Beats): boolean {
    const mark = this.marks.backTo(beat);
    if (!mark) return false;
    this.restore(mark);
    this.wall = beat;
    this.beforeWall = mark;
    this.justBack = true;
    return true;
  }

  private begin(atBeat: Beats): void {
    this.start = atBeat;
    this.marks.clear();
    this.wall = -Infinity;
    this.beforeWall = undefined;
    this.justBack = false;
  }

  private noteBeginning(): void {
    this.marks.clear();
    this.beginning = this.mark(undefined);
    this.marks.add(this.beginning);
  }

  /** Writes a unit in one run and takes its ids one by one, as if each had been chosen by itself. */
  private async writeUnit(program: UnitProgram, rules: ComposingRules, past: () => Score): Promise<readonly DecodedEvent[]> {
    const { random } = this;
    random.reseed(rules.seed, this.start);
    const { counter } = random;
    const uniforms = Float64Array.from({ length: program.maximumTokens }, () => random.next());
    random.counter = counter;
    const ids = Array.from(await this.stream.generate(program, uniforms));
    this.noteState();
    const draws = drawsOf(program, ids);
    const events: DecodedEvent[] = [];
    for (const [index, id] of ids.entries()) {
      random.counter += draws[index];
      const certain = this.accept(id, index < ids.length - 1, past);
      if (!certain) return events;
      events.push(...certain);
    }
    return events;
  }

  /** `undefined` when the events that an id makes certain may not be, and the take went back. */
  private accept(token: number, known: boolean, past: () => Score): readonly DecodedEvent[] | undefined {
    const { stream } = this;
    const frontier = stream.frontierBeat;
    const events = stream.accept(token, known);
    this.segment.ids.push(token);
    const moved = stream.frontierBeat > frontier;
    this.betweenEvents = stream.tokenizer.vocabulary.rowWidth > 1 ? stream.atRowStart : moved || events.length > 0;
    if (this.betweenEvents) this.eventsHere = moved ? 0 : this.eventsHere + 1;
    return this.judge(events, past);
  }

  /** What follows in the beat in which the music goes on, of a format that tells beats as a whole. */
  private writeRound(rules: ComposingRules, past: () => Score): Promise<readonly DecodedEvent[]> {
    const { stream, random, underWay, betweenEvents } = this;
    const mark = this.mark(rules);
    return underWay.write({
      allow: (isHeld) => stream.allow(rules.constraintAt(this.floorNow(past), mark.segment.originBeat, isHeld)),
      draw: () => this.draw(rules),
      accept: (id) => this.accept(id, false, past) ?? [],
      isSayingWhen: () => stream.attribute === 'duration',
      takeBack: () => {
        const { counter } = random;
        this.restore(mark);
        this.betweenEvents = betweenEvents;
        random.counter = counter;
      },
    });
  }

  /** One of the ids that are allowed. */
  private async draw(rules: ComposingRules): Promise<number> {
    const { stream } = this;
    const { allowed } = stream;
    if (allowed.count === 1) return allowed.ids[0];
    biasDensity(stream, this.reach, rules.density);
    stream.biasRepetition(rules.repetition);
    this.random.reseed(rules.seed, this.start);
    const { attribute } = stream;
    const logits = await stream.logits();
    this.noteState();
    return this.sampler.sample(logits, allowed, rules.sampling(attribute), this.random);
  }

  private noteState(): void {
    const { stream } = this;
    this.trail.note(stream.frontierBeat, () => stream.snapshot());
  }

  private constraint(rules: ComposingRules, past: () => Score): MusicConstraint {
    const { floor, isEarly, keepsFloor, stream: { decoder } } = this;
    const { originBeat } = this.segment;
    // Events that wait for the end of a note from before the floor hold the frontier back, not what is told now.
    if (!isEarly || (decoder.onsetsUntilBeat ?? -Infinity) >= floor) return rules.constraintFrom(originBeat);
    return keepsFloor ? rules.constraintAt(this.floorNow(past), originBeat) : rules.constraintBefore(floor, floor - this.lastOnset(), originBeat);
  }

  private floorNow(past: () => Score): Floor {
    return this.underWay.floorAt(this.floor, this.stream.decoder, this.lastOnset(), past);
  }

  /**
   * A format that tells onsets before they are certain begins again with what it told before the wall. With the same wishes it
   * comes to the same; with others there is no use in trying.
   */
  private holdWhatIsWishedOtherwise(rules: ComposingRules): void {
    const { beforeWall, stream } = this;
    this.justBack = false;
    if (!beforeWall?.rules || !this.keepsFloor || stream.frontierBeat >= this.wall || rules.isLike(beforeWall.rules)) return;
    this.floor = this.wall;
    this.strict = true;
    this.beforeWall = undefined;
  }

  private noteWhereWeStand(rules: ComposingRules): void {
    if (this.eventsHere >= lostEvents) {
      throw new ContinuoError('composerStalled', `the model wrote ${lostEvents} events at beat ${this.stream.frontierBeat} and would not go on; raise the temperature or load another pack`);
    }
    if (this.isEarly) {
      if (!this.strict && !this.attempt && !this.keepsFloor) this.attempt = this.mark(rules);
      return;
    }
    this.attempt = undefined;
    this.strict = false;
    if (this.stream.frontierBeat >= this.wall) {
      this.beforeWall = undefined;
      this.marks.add(this.mark(rules));
    }
    if (this.eventsHere >= stuckEvents) {
      this.floor = this.stream.frontierBeat + pushBeats;
      this.strict = true;
    }
  }

  /** Lets events pass that are late enough; at the first that is not, goes back and composes with the times held down. */
  private judge(events: readonly DecodedEvent[], past: () => Score): readonly DecodedEvent[] | undefined {
    if (this.attempt && events.some((event) => eventBeat(event) < this.floor)) {
      this.goBackTo(this.attempt, this.floor);
      return undefined;
    }
    if (this.beforeWall && events.some((event) => eventBeat(event) < this.wall && !holds(past(), event))) {
      this.goBackTo(this.beforeWall, this.wall);
      this.beforeWall = undefined;
      return undefined;
    }
    for (const event of events) this.lastBeat = Math.max(this.lastBeat, eventBeat(event));
    return events.filter((event) => eventBeat(event) >= Math.max(this.floor, this.wall));
  }

  private goBackTo(mark: EventMark, floor: Beats): void {
    this.restore(mark);
    this.floor = floor;
    this.strict = true;
  }

  /** Reads the past into an empty context and returns the beat of its last event. Composing goes on at `atBeat`. */
  private read(past: Score, atBeat: Beats, turn: Turn): Beats {
    const { tokens, originBeat } = this.writer.write(past, atBeat, this.room.prompt);
    this.segment = { prompt: tokens, originBeat, ids: [] };
    const events = this.openStream(this.segment, turn);
    this.floor = atBeat;
    this.between();
    return events.reduce((last, event) => Math.max(last, eventBeat(event)), -Infinity);
  }

  private openStream({ prompt, originBeat, ids }: Segment, turn: Turn): readonly DecodedEvent[] {
    this.openings += 1;
    return this.stream.open([...prompt, ...ids], originBeat, turn, ids.length);
  }

  private mark(rules: ComposingRules | undefined): EventMark {
    const { segment, stream, random, openings, lastBeat, floor, eventsHere } = this;
    return {
      segment,
      length: segment.ids.length,
      stream: stream.mark(),
      turn: stream.turn,
      rules,
      opening: openings,
      counter: random.counter,
      lastBeat,
      frontierBeat: stream.frontierBeat,
      toldUntilBeat: stream.decoder.toldUntilBeat ?? stream.frontierBeat,
      wholeFromBeat: (stream.decoder.onsetsUntilBeat ?? -Infinity) - longestUnit,
      floor,
      eventsHere,
    };
  }

  private restore(mark: EventMark): void {
    const { segment, length } = mark;
    segment.ids.length = length;
    this.segment = segment;
    if (mark.stream && mark.opening === this.openings) this.stream.rewind(mark.stream);
    else this.openStream(segment, mark.turn);
    this.trail.forgetFrom(this.stream.frontierBeat);
    this.random.counter = mark.counter;
    this.lastBeat = mark.lastBeat;
    this.floor = mark.floor;
    this.eventsHere = mark.eventsHere;
    this.between();
  }

  private between(): void {
    this.underWay.forget();
    this.betweenEvents = true;
    this.attempt = undefined;
    this.strict = false;
  }

  /** Whether the format itself writes nothing before the floor. */
  private get keepsFloor(): boolean {
    return this.stream.tokenizer.grammar.keepsEarliest === true;
  }

  /** In the beat under way, where a key may come next. */
  private get isAtKey(): boolean {
    const { attribute, decoder } = this.stream;
    return this.isEarly && attribute === 'event' && (decoder.onsetsUntilBeat ?? Infinity) < this.floor;
  }

  private get isEarly(): boolean {
    return this.stream.frontierBeat < this.floor;
  }

  private get ownFrontier(): Beats {
    return Math.max(this.floor, this.stream.frontierBeat);
  }

  /** The last event, certain or told, or where the stream's time began. */
  private lastOnset(): Beats {
    return Math.max(this.lastBeat, this.segment.originBeat, this.stream.decoder.toldUntilBeat ?? -Infinity);
  }
}
