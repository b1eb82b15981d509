import type { ComposeControls, ComposedSpan } from '../../contracts/composer.js';
import { ContinuoError } from '../../errors.js';
import type { Beats, Micros } from '../../music/units.js';
import type { Clock } from '../../time/clock.js';
import { nextBoundary } from '../boundary.js';
import { keptKnobs, unkeptSentence } from '../controls/knobs.js';
import type { DeckControls } from '../deck-controls.js';
import type { DeckSettings, Position } from '../deck-dependencies.js';
import { moveSpan } from '../move-span.js';
import type { Plan } from '../plan.js';
import type { Voice } from '../voice.js';
import { bestOf } from './best-of.js';
import { ForcedPassages } from './forced-passages.js';
import { fulfil } from './fulfil.js';
import { judgeBar, placesOf } from './judge-bar.js';
import { LoopWatch, toldOff } from './loop-watch.js';
import { OntoGrid } from './onto-grid.js';
import { resolve, type ForcedMusic, type Passage } from './passage.js';
import { SectionPlan, type Section } from './section-plan.js';
import { SpareTime } from './spare-time.js';

/** How far ahead of what it composes a composer is told of forced notes: formats of bars look a bar ahead. */
const foresight: Beats = 16;
/** What is forced is not asked for where the answer would come at the last moment. */
const margin: Beats = 0.25;
/** Bars that a new one is compared with. */
const comparedBars = 8;

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
  voice(): Voice | undefined;
  /** The first beat of which a composer that is asked now can still decide. */
  freeFrom(): Beats;
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
  private readonly loops: LoopWatch;
  private readonly spare = new SpareTime();
  private sections: SectionPlan | undefined;
  private made = 0;

  constructor(private readonly ground: SteeringGround) {
    this.loops = new LoopWatch(ground.plan);
    ground.controls.complete = (controls, place) => this.complete(controls, place);
  }

  /** Where a deck composes to from a beat on where nothing is asked for: a beat on, or a bar to choose among several. */
  portionFrom(fromBeat: Beats): Beats {
    const { beatsPerBar, commit, horizon } = this.ground.settings();
    const isBarLine = Math.abs(fromBeat / beatsPerBar - Math.round(fromBeat / beatsPerBar)) < 1e-6;
    const hasRoom = horizon >= beatsPerBar + commit + 1;
    return this.ground.controls.candidates > 1 && isBarLine && hasRoom ? fromBeat + beatsPerBar : Math.floor(fromBeat + 1);
  }

  /**
   * Has a voice compose up to a beat. `micros`: what the span took that is kept, by the clock.
   * @param isAnswer a performer waits for it
   */
  async compose(voice: Voice, place: Place, isAnswer: boolean, stopped: () => boolean): Promise<{ readonly span: ComposedSpan; readonly micros: Micros }> {
    const { clock, controls } = this.ground;
    const { fromBeat, untilBeat, shift } = place;
    const wanted = controls.read(voice, place);
    const isBar = untilBeat - fromBeat > 1;
    const count = isAnswer || !isBar ? 1 : this.candidatesNow(place);
    const started = clock.now();
    const { span, made } = await bestOf(
      voice.composer,
      { fromBeat: fromBeat - shift, untilBeat: untilBeat - shift, count },
      wanted,
      (notes) => this.judge(notes.map((note) => ({ ...note, beat: note.beat + shift })), place, wanted),
      stopped,
    );
    const micros = (clock.now() - started) / (made === 1 ? 1 : made + 1);
    this.spare.add(span.untilBeat - span.fromBeat, micros);
    if (isBar) this.made = made;
    return { span: moveSpan(span, shift), micros };
  }

  /** What was composed as it is to be played: on the grid, with what is forced as it stands. */
  finish(span: ComposedSpan): ComposedSpan {
    this.passages.forgetBefore(Math.min(this.ground.position.beat(), span.fromBeat) - 1);
    const onGrid = this.grid.snap(span, this.ground.controls.gridBeats);
    return fulfil(onGrid, this.forced(span.fromBeat - 1, span.untilBeat + foresight));
  }

  /** The host jumped, and the music moved. */
  moved(by: Beats): void {
    this.passages.move(by);
    this.grid.move(by);
    this.sections = this.sections?.moved(by);
    this.loops.moved();
  }

  /**
   * Gives notes, counted from 0, that are to be played as they stand from `beat` on, or from the next bar that is free.
   * Errors: `badValue` where the beat is past or committed, `queueFull`.
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

  /** Plays again what was `back` bars before the one that is heard. Errors: `badValue`. */
  copyBar(back: number, bars: number): void {
    const { beatsPerBar } = this.ground.settings();
    if (back < 0) throw wrong(`A bar is 0 or more bars back, not ${back}.`);
    this.recall((Math.floor(this.ground.position.beat() / beatsPerBar) - back) * beatsPerBar, bars);
  }

  /** Plays again what was in a bar by its number, 1 .., and after it. Errors: `badValue`. */
  recallBar(number: number, bars: number): void {
    this.recall((number - 1) * this.ground.settings().beatsPerBar, bars);
  }

  /** Begins a plan of sections at the next bar that is free; none ends the one there is. Errors: `badValue`. */
  planSections(sections: readonly Section[], goesRound: boolean, bars: number): void {
    if (sections.length === 0) {
      this.sections = undefined;
    } else {
      this.playing();
      this.sections = new SectionPlan(sections, goesRound, this.nextFreeBar(), bars * this.ground.settings().beatsPerBar);
    }
    this.ground.revise();
  }

  /** Lets go of all that is forced and not committed. */
  forget(): void {
    this.sections = undefined;
    this.passages.dropFrom(this.ground.freeFrom());
    this.ground.revise();
  }

  /** What can be read of it. */
  figures(): Readonly<Record<string, number | string>> {
    const { plan, position } = this.ground;
    const now = position.beat();
    const section = this.sections?.describe(now) ?? '';
    if (this.sections?.isOverAt(now)) this.sections = undefined;
    const { beatsPerBar } = this.ground.settings();
    const forced = this.passages.between(now, Infinity).map((passage) => resolve(passage, plan, beatsPerBar));
    return {
      keeps: keptKnobs(this.ground.voice()?.keeps ?? []).join(' '),
      forced: forced.reduce((sum, { notes }) => sum + notes.filter((note) => note.beat >= now).length, 0),
      section,
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

  private recall(sourceBeat: Beats, bars: number): void {
    const { plan, deck } = this.ground;
    const { beatsPerBar } = this.ground.settings();
    if (!(bars >= 1 && bars <= 64)) throw wrong(`1 to 64 bars can be played again, not ${bars}.`);
    this.playing();
    const fromBeat = this.nextFreeBar();
    const beats = bars * beatsPerBar;
    const first = plan.from(sourceBeat).notes.some((note) => note.beat < sourceBeat + beats);
    if (!first || sourceBeat + beats > fromBeat) {
      throw wrong(`Deck ${deck} has no music in bar ${sourceBeat / beatsPerBar + 1}${bars > 1 ? ` to ${sourceBeat / beatsPerBar + bars}` : ''} that it remembers: choose bars that have been played.`);
    }
    this.give({ fromBeat, untilBeat: fromBeat + beats, music: { sourceBeat }, manner: 'whole' });
  }

  private give(passage: Passage): void {
    this.passages.add(passage);
    this.ground.revise();
  }

  /** The first bar line after what is forced as a whole, and from where on a composer that is asked now can still decide. */
  private nextFreeBar(): Beats {
    const { beatsPerBar } = this.ground.settings();
    const free = this.ground.freeFrom() + margin;
    const taken = this.passages.between(free, Infinity).filter(({ manner }) => manner === 'whole');
    return nextBoundary(Math.max(free, ...taken.map(({ untilBeat }) => untilBeat)), 'bar', beatsPerBar);
  }

  private playing(): void {
    if (!this.ground.voice()) throw wrong(`Deck ${this.ground.deck} plays no pack: load one first.`);
  }

  private complete(controls: ComposeControls, place?: Place): ComposeControls {
    const { position, settings } = this.ground;
    const { fromBeat, untilBeat, shift } = place ?? { fromBeat: position.beat(), untilBeat: position.beat(), shift: 0 };
    const forced = this.forced(fromBeat, untilBeat + foresight);
    const whole = forced.find(({ only, fromBeat: begins, untilBeat: ends }) => only && begins <= fromBeat && ends >= untilBeat);
    const isLoop = !whole && this.loops.isLoopAt(fromBeat, settings().beatsPerBar, this.ground.controls.loopLimit);
    const told = isLoop ? { ...controls, sampling: toldOff(controls.sampling) } : controls;
    const notes = forced.flatMap((music) => music.notes).filter((note) => note.beat >= fromBeat);
    if (notes.length === 0 && !whole) return told;
    const forcedNotes = notes.map((note) => ({ ...note, beat: note.beat - shift })).sort((a, b) => a.beat - b.beat || a.channel - b.channel || a.pitch - b.pitch);
    const { maximumRestBeats: _rests, onsetsPerBeat: _onsets, ...constraint } = told.constraint;
    return { ...told, constraint: { ...(whole ? { ...constraint, onsetsPerBeat: { low: 0, high: busiest(whole) }, maximumRestBeats: foresight } : told.constraint), forcedNotes } };
  }

  /** All that is forced and touches `fromBeat` .. `untilBeat`. */
  private forced(fromBeat: Beats, untilBeat: Beats): readonly ForcedMusic[] {
    const { plan } = this.ground;
    const { beatsPerBar } = this.ground.settings();
    // A loop that is repeated is no section, whatever was planned.
    const sections = this.ground.voice()?.loopBars === undefined ? this.sections : undefined;
    const passages = [...this.passages.between(fromBeat, untilBeat), ...(sections?.between(fromBeat, untilBeat) ?? [])];
    return passages.map((passage) => resolve(passage, plan, beatsPerBar));
  }

  private candidatesNow({ fromBeat, untilBeat }: Place): number {
    const { controls, position, settings } = this.ground;
    const spareBeats = fromBeat - position.beat() - settings().commit;
    return this.spare.countFor(untilBeat - fromBeat, spareBeats * position.beatMicros, controls.candidates);
  }

  private judge(notes: ComposedSpan['notes'], { fromBeat, untilBeat }: Place, controls: ComposeControls): number {
    const { beatsPerBar } = this.ground.settings();
    const past = this.ground.plan.from(fromBeat - comparedBars * beatsPerBar).notes.filter((note) => note.beat < fromBeat);
    const starts = Array.from({ length: comparedBars }, (_unused, index) => fromBeat - (index + 1) * beatsPerBar);
    const bars = starts.map((start) => ({ start, notes: past.filter((note) => note.beat >= start && note.beat < start + beatsPerBar) }));
    const played = bars.filter((bar) => bar.notes.length > 0);
    return judgeBar(notes, {
      fromBeat,
      beats: untilBeat - fromBeat,
      usualDensity: played.length === 0 ? undefined : past.length / (played.length * beatsPerBar),
      before: played.map((bar) => placesOf(bar.notes, bar.start)),
      controls,
    });
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
