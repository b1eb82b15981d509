import type { ComposeControls, ComposedSpan } from '../../contracts/composer.js';
import { ContinuoError } from '../../errors.js';
import { compareNotes } from '../../music/note.js';
import { sameBeat, type Beats, type Micros } from '../../music/units.js';
import type { Clock } from '../../time/clock.js';
import { nextBoundary } from '../boundary.js';
import { keptKnobs, unkeptSentence } from '../controls/knobs.js';
import type { DeckControls } from '../deck-controls.js';
import type { DeckSettings, Position } from '../deck-dependencies.js';
import type { ModeSettings } from '../modes/mode-ground.js';
import { moveAll, moveSpan } from '../move-span.js';
import type { Plan } from '../plan.js';
import { styleFault } from '../styles.js';
import type { Forced } from '../take-log.js';
import type { Voice } from '../voice.js';
import { barsBefore, barsBetween } from './bar-counts.js';
import { bestOf, type Choice } from './best-of.js';
import { ForcedPassages } from './forced-passages.js';
import { fulfil } from './fulfil.js';
import { judgeAfter } from './judge-bar.js';
import { canLeadIn, LeadIn } from './lead-in.js';
import { LoopEnding } from './loop-ending.js';
import { isBarLine } from './loop-watch.js';
import { OntoGrid } from './onto-grid.js';
import { movePassage, resolve, type ForcedMusic, type Passage } from './passage.js';
import { Recollection } from './recollection.js';
import { Replaying } from './replaying.js';
import { SectionPlan, type Section } from './section-plan.js';
import { SpareTime } from './spare-time.js';

/** How far ahead of what it composes a composer is told of forced notes: formats of bars look a bar ahead. */
const foresight: Beats = 16;
/** What is forced is not asked for where the answer would come at the last moment. */
const margin: Beats = 0.25;

/** Where something is composed, in beats of the session. */
export interface Place {
  readonly fromBeat: Beats;
  readonly untilBeat: Beats;
  /** Beats of the session minus beats of the composer. */
  readonly shift: Beats;
}

/** What the steering of a deck may see and do of it. */
export interface SteeringGround {
  readonly deck: number;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly controls: DeckControls;
  readonly position: Position;
  settings(): DeckSettings;
  /** Whether the deck is pressed for time. Default: not. */
  isPressed?(): boolean;
  modeSettings(): ModeSettings;
  voice(): Voice | undefined;
  /** The first beat of which a composer that is asked now can still decide, with so many beats to spare. Default: none. */
  freeFrom(spareBeats?: Beats): Beats;
  /** Composes again what is not committed. */
  revise(): void;
}

/**
 * What a performer wants of a deck that hangs on where the music is: notes that are forced, bars and sections that come
 * again, loops that are told off, a grid, a choice among several bars. Beats are the session's. Thread: main. Blocks: no.
 */
export class Steering {
  private readonly passages = new ForcedPassages();
  private readonly grid = new OntoGrid();
  private readonly loops: LoopEnding;
  private readonly spare: SpareTime;
  private readonly leadIn: LeadIn;
  /** The knobs of a take that is replayed. */
  readonly replaying: Replaying;
  private sections: SectionPlan | undefined;
  private made = 0;
  /** What was composed last, where a take is replayed: it is played as it was. */
  private asPlayed: ComposedSpan | undefined;
  /** By how much the host's jumps have moved the music, all told: by whole bars. */
  jumpedBy: Beats = 0;
  /** And by how much what is composed next. */
  private composedJumpedBy: Beats = 0;

  constructor(private readonly ground: SteeringGround) {
    const forced = (fromBeat: Beats, untilBeat: Beats): readonly ForcedMusic[] => this.forced(fromBeat, untilBeat);
    this.loops = new LoopEnding(ground, forced, (place, wanted) => this.timesNow(place, wanted));
    this.spare = new SpareTime(() => ground.isPressed?.() === true);
    this.leadIn = new LeadIn(ground, this.spare, this.passages, forced);
    this.replaying = new Replaying({
      ...ground,
      force: ({ passages, sections }, by) => {
        this.passages.become(passages.map((passage) => movePassage(passage, by)));
        this.sections = sections?.moved(by);
      },
      forced: (shift) => this.standing(shift),
    });
    ground.controls.complete = (controls, place) => this.complete(controls, place);
  }

  /** How far ahead a deck composes that has written up to a beat: given bars that it can lead into may lie further than is set. */
  horizonFrom(writtenUntil: Beats): Beats {
    const reach = this.leadIn.reachFrom(writtenUntil) ?? -Infinity;
    return Math.max(this.ground.settings().horizon, reach - this.ground.position.beat());
  }

  /** Where a deck that composes `horizon` ahead at most composes to from a beat on where nothing is asked for: a beat on, a bar to choose among several, or up to given bars. */
  portionFrom(fromBeat: Beats, horizon: Beats): Beats {
    const reach = this.leadIn.reachFrom(fromBeat);
    if (reach !== undefined) return reach;
    const { beatsPerBar, commit } = this.ground.settings();
    const hasRoom = horizon >= beatsPerBar + commit + 1;
    const { candidates } = this.ground.controls;
    const bar = { fromBeat, untilBeat: fromBeat + beatsPerBar, shift: 0 };
    const hasTime = candidates > 1 && this.timesNow(bar, candidates) > 1;
    const wantsBar = hasTime || this.loops.overdoneAt(bar) !== undefined;
    // Beats of the composer are rounded on their way here: to end a hair further on would be to come no further.
    return isBarLine(fromBeat, beatsPerBar) && hasRoom && wantsBar ? fromBeat + beatsPerBar : Math.floor(fromBeat + sameBeat) + 1;
  }

  /**
   * Has a voice compose up to a beat. `micros`: what the span took that is kept, by the clock.
   * @param isAnswer a performer waits for it
   */
  async compose(voice: Voice, asked: Place, isAnswer: boolean, stopped: () => boolean): Promise<{ readonly span: ComposedSpan; readonly micros: Micros }> {
    const { clock, controls } = this.ground;
    const started = clock.now();
    const before = this.composedJumpedBy;
    const asPlayed = await this.replaying.compose(voice, asked, stopped);
    this.asPlayed = asPlayed && moveSpan(asPlayed, this.composedJumpedBy - before);
    if (this.asPlayed) return { span: this.asPlayed, micros: clock.now() - started };
    const { place, knobs, isAnew } = this.replaying.under(voice, asked);
    const { shift } = place;
    if (isAnew && !isAnswer) await voice.composer.rewind(place.fromBeat - shift);
    this.leadIn.rememberWay(place);
    voice.take?.under({ knobs: controls.knobs(knobs), forced: this.standing(shift) });
    const wanted = this.leadIn.aim(voice, place, controls.readUnder(knobs, voice, place));
    const isBar = place.untilBeat - place.fromBeat > 1;
    const { span, made, micros = (clock.now() - started) / (made === 1 ? 1 : made + 1) } = await controls.supposing(
      knobs,
      () => (isAnswer ? undefined : this.leadIn.compose(voice, place, wanted, stopped)) ?? this.loops.compose(voice, place, wanted, isAnswer, stopped) ?? this.best(voice, place, wanted, isAnswer || !isBar, stopped),
    );
    this.spare.add(span.untilBeat - span.fromBeat, micros);
    if (isBar || (this.ground.controls.candidates > 1 && isBarLine(place.fromBeat, this.ground.settings().beatsPerBar))) this.made = made;
    // The host may have jumped while the voice thought.
    return { span: moveSpan(span, shift + this.composedJumpedBy - before), micros };
  }

  /** What was composed as it is to be played: on the grid, with what is forced as it stands. */
  finish(span: ComposedSpan): ComposedSpan {
    this.passages.forgetBefore(Math.min(this.ground.position.beat(), span.fromBeat) - 1);
    this.loops.wrote(span);
    if (span === this.asPlayed) return span;
    const { controls } = this.ground;
    const onGrid = this.grid.snap(span, controls.supposing(this.replaying.knobsAt(span.fromBeat), () => controls.gridBeats));
    return fulfil(onGrid, this.forced(span.fromBeat - 1, span.untilBeat + foresight));
  }

  /** Turns what a replay turns, keeps what is to come again, and ends a plan that is over. Call it often. */
  look(): void {
    const { plan, position } = this.ground;
    const now = position.beat();
    this.replaying.look();
    this.passages.keep(plan, now);
    this.sections?.keep(plan, now);
    if (this.sections?.isOverAt(now)) this.sections = undefined;
  }

  /** Errors: `badValue` where the pack that plays has not such a style. */
  checkStyle(style: string): void {
    const voice = this.ground.voice();
    const fault = voice && styleFault(voice, style);
    if (fault !== undefined) throw wrong(fault);
  }

  /** The host jumped, and the music moved by whole bars; what is composed next is moved by `composedBy`. */
  moved(by: Beats, composedBy: Beats): void {
    this.jumpedBy += by;
    this.composedJumpedBy += composedBy;
    this.passages.move(by);
    this.sections = this.sections?.moved(by);
    this.loops.moved(by);
    this.grid.move(composedBy);
    this.replaying.moved(composedBy);
  }

  /**
   * Gives notes, counted from 0, that are to be played as they stand from `beat` on, or from the next bar that is free: over
   * what else is given there. Errors: `badValue` where the beat is past or committed or they are too many, `queueFull`.
   */
  force(notes: ForcedMusic['notes'], beats: Beats, beat?: Beats): void {
    const { ground } = this;
    this.playing();
    const free = ground.freeFrom();
    if (beat !== undefined && beat < free) {
      throw wrong(`Beat ${beat} is past, or committed: deck ${ground.deck} can still be given notes from beat ${Math.ceil(free * 100) / 100} on.`);
    }
    const fromBeat = beat ?? this.nextFreeBar();
    const placed = notes.map((note) => ({ ...note, beat: note.beat + fromBeat }));
    this.give({ fromBeat, untilBeat: fromBeat + beats, music: { notes: placed }, manner: 'added' });
  }

  /**
   * Gives notes, counted from 0, that come so many bars after the next one that is free begins; what is between is to lead into
   * them. Returns where they begin. Errors: `badValue`, `queueFull`.
   */
  leadInto(notes: ForcedMusic['notes'], beats: Beats, between: number): Beats {
    this.playing();
    const { beatsPerBar } = this.ground.settings();
    const fromBeat = this.nextFreeBar() + barsBetween(between) * beatsPerBar;
    const placed = notes.map((note) => ({ ...note, beat: note.beat + fromBeat }));
    const untilBeat = fromBeat + Math.ceil(beats / beatsPerBar) * beatsPerBar;
    this.give({ fromBeat, untilBeat, music: { notes: placed }, manner: 'whole', isLedInto: true });
    return fromBeat;
  }

  /** The same with what was in a bar by its number, and after it. */
  leadIntoBar(number: number, bars: number, between: number): Beats {
    return this.recall(barsBefore(number) * this.ground.settings().beatsPerBar, bars, barsBetween(between));
  }

  /** Plays again what was `back` bars before the one that is heard. Errors: `badValue`. */
  copyBar(back: number, bars: number): void {
    const { beatsPerBar } = this.ground.settings();
    if (back < 0) throw wrong(`A bar is 0 or more bars back, not ${back}.`);
    this.recall((Math.floor(this.ground.position.beat() / beatsPerBar) - back) * beatsPerBar, bars);
  }

  /** Plays again what was in a bar by its number, 1 .., and after it. Errors: `badValue`. */
  recallBar(number: number, bars: number): void {
    this.recall(barsBefore(number) * this.ground.settings().beatsPerBar, bars);
  }

  /** Begins a plan of sections at the next bar that is free; none ends the one there is. Errors: `badValue`. */
  planSections(sections: readonly Section[], goesRound: boolean, bars: number): void {
    if (sections.length === 0) {
      this.sections = undefined;
    } else {
      this.playing();
      this.sections = new SectionPlan(sections, goesRound, this.nextFreeBar(), bars * this.ground.settings().beatsPerBar);
    }
    this.revise();
  }

  /** Lets go of all that is forced and not committed. */
  forget(): void {
    this.sections = undefined;
    this.passages.dropFrom(this.ground.freeFrom());
    this.revise();
  }

  /** What can be read of it. */
  figures(): Readonly<Record<string, number | string>> {
    const { position } = this.ground;
    const voice = this.ground.voice();
    const now = position.beat();
    const { beatsPerBar } = this.ground.settings();
    const forced = this.passages.between(now, Infinity).map((passage) => resolve(passage, this.ground.plan, beatsPerBar));
    return {
      keeps: [...keptKnobs(voice?.keeps ?? []), ...(voice && canLeadIn(voice) ? ['fill'] : [])].join(' '),
      forced: forced.reduce((sum, { notes }) => sum + notes.filter((note) => note.beat >= now).length, 0),
      section: this.sections?.describe(now) ?? '',
      loops: this.loops.count,
      'candidates-made': this.made,
    };
  }

  /**
   * Which of the knobs that are turned (or of these one) have no effect on the voice that plays, in one sentence; `undefined`
   * where they all have, or nothing is known.
   */
  unkept(only?: string): string | undefined {
    const voice = this.ground.voice();
    const knobs = this.ground.controls.turnedKnobs().filter((knob) => only === undefined || knob === only);
    return voice?.keeps && unkeptSentence(voice.pack, voice.keeps, knobs);
  }

  /** Why bars that are filled may not lead into given ones, in one sentence; `undefined` where they do. */
  unfilled(): string | undefined {
    return this.leadIn.unfilled();
  }

  private recall(sourceBeat: Beats, bars: number, between = 0): Beats {
    const { plan, deck } = this.ground;
    const { beatsPerBar } = this.ground.settings();
    if (!(bars >= 1 && bars <= 64)) throw wrong(`1 to 64 bars can be played again, not ${bars}.`);
    this.playing();
    const free = this.nextFreeBar();
    const fromBeat = free + between * beatsPerBar;
    const beats = bars * beatsPerBar;
    const first = plan.isWhole(sourceBeat, sourceBeat + beats) && plan.from(sourceBeat).notes.some((note) => note.beat < sourceBeat + beats);
    if (!first || sourceBeat < plan.remembersFrom || sourceBeat + beats > free) {
      throw wrong(`Deck ${deck} has no music in bar ${sourceBeat / beatsPerBar + 1}${bars > 1 ? ` to ${sourceBeat / beatsPerBar + bars}` : ''} that it remembers: choose bars that have been played.`);
    }
    this.give({ fromBeat, untilBeat: fromBeat + beats, music: { sourceBeat, memory: new Recollection() }, manner: 'whole', isLedInto: between > 0 });
    return fromBeat;
  }

  private give(passage: Passage): void {
    this.passages.add(passage);
    this.revise();
  }

  private revise(): void {
    this.replaying.leave();
    this.ground.revise();
  }

  /** The first bar line after what is forced as a whole, and from where on a composer that is asked now can still decide. */
  private nextFreeBar(): Beats {
    const { beatsPerBar } = this.ground.settings();
    const free = this.ground.freeFrom(margin);
    const taken = this.passages.between(free, Infinity).filter(({ manner }) => manner === 'whole');
    return nextBoundary(Math.max(free, ...taken.map(({ untilBeat }) => untilBeat)), 'bar', beatsPerBar);
  }

  private playing(): void {
    if (!this.ground.voice()) throw wrong(`Deck ${this.ground.deck} plays no pack: load one first.`);
  }

  private complete(controls: ComposeControls, place?: Place): ComposeControls {
    const now = this.ground.position.beat();
    const { fromBeat, untilBeat, shift } = place ?? { fromBeat: now, untilBeat: now, shift: 0 };
    const forced = this.forced(fromBeat, untilBeat + foresight);
    const whole = forced.find(({ only, fromBeat: begins, untilBeat: ends }) => only && begins <= fromBeat && ends >= untilBeat);
    const notes = forced.flatMap((music) => music.notes).filter((note) => note.beat >= fromBeat);
    if (notes.length === 0 && !whole) return controls;
    const forcedNotes = notes.map((note) => ({ ...note, beat: note.beat - shift })).sort(compareNotes);
    const { maximumRestBeats: _rests, onsetsPerBeat: _onsets, ...constraint } = controls.constraint;
    return { ...controls, constraint: { ...(whole ? { ...constraint, onsetsPerBeat: { low: 0, high: busiest(whole) }, maximumRestBeats: foresight } : controls.constraint), forcedNotes } };
  }

  private standing(shift: Beats): Forced {
    return { passages: this.passages.all, sections: this.sections, shift };
  }

  /** All that is forced and touches `fromBeat` .. `untilBeat`. */
  private forced(fromBeat: Beats, untilBeat: Beats): readonly ForcedMusic[] {
    const { beatsPerBar } = this.ground.settings();
    // A loop that is repeated is no section, whatever was planned.
    const sections = this.ground.voice()?.loopBars === undefined ? this.sections : undefined;
    const passages = [...this.passages.between(fromBeat, untilBeat), ...(sections?.between(fromBeat, untilBeat) ?? [])];
    const fills = this.ground.modeSettings().mode === 'fill';
    return passages.map((passage) => resolve(fills && passage.manner === 'whole' ? { ...passage, isLedInto: true } : passage, this.ground.plan, beatsPerBar));
  }

  /** The span of the best candidate; there is only one where somebody waits for it. */
  private best({ composer }: Voice, place: Place, wanted: ComposeControls, isOnly: boolean, stopped: () => boolean): Promise<Choice> {
    const { fromBeat, untilBeat, shift } = place;
    const count = isOnly ? 1 : this.timesNow(place, this.ground.controls.candidates);
    const { plan, clock } = this.ground;
    const { beatsPerBar } = this.ground.settings();
    const began = clock.now();
    const hasTime = (made: number): boolean => 2 * (clock.now() - began) <= made * this.leftMicros(fromBeat);
    const judge = (notes: ComposedSpan['notes']): number => judgeAfter(plan, moveAll(notes, shift), { fromBeat, untilBeat, beatsPerBar }, wanted);
    return bestOf(composer, { fromBeat: fromBeat - shift, untilBeat: untilBeat - shift, count, hasTime }, wanted, judge, stopped);
  }

  /** How often a span can be composed before it is needed, at most `wanted` times. */
  private timesNow({ fromBeat, untilBeat }: Place, wanted: number): number {
    return this.spare.countFor(untilBeat - fromBeat, this.leftMicros(fromBeat), wanted);
  }

  /** Time until what begins at a beat is committed. */
  private leftMicros(beat: Beats, { position, settings } = this.ground): Micros {
    return (beat - position.beat() - settings().commit) * position.beatMicros;
  }
}

/** The most notes that begin in one beat. */
function busiest({ notes }: ForcedMusic): number {
  const counts = new Map<number, number>();
  for (const { beat } of notes) counts.set(Math.floor(beat), (counts.get(Math.floor(beat)) ?? 0) + 1);
  return Math.max(1, ...counts.values());
}

function wrong(sentence: string): ContinuoError {
  return new ContinuoError('badValue', sentence);
}
