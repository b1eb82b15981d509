import type { ComposedSpan } from '../contracts/composer.js';
import { compareNotes, endBeat, type Note } from '../music/note.js';
import { emptyScore, scoreOf, shiftScore, type Score } from '../music/score.js';
import { sameBeat, type Beats, type Bpm } from '../music/units.js';
import { barAt, barStart, beatsPerBar, commonTime, type Meter } from '../time/meter.js';
import { movePremise, type Premise } from './premise.js';
import { steadyBeginning } from './steady-past.js';

/** What music is told to be in. */
export interface Frame {
  readonly bpm?: Bpm;
  readonly meter?: Meter;
  /** Notes that reach over the end keep their length. Default: they end there. */
  readonly wholeNotes?: boolean;
  /** No more notes than these, from a beginning that stays the same for long while the past grows. Default: all that is remembered. */
  readonly mostNotes?: number;
}

/** How much of the past a deck remembers. */
const rememberedBeats: Beats = 512;

/** What was heard in `fromBeat` (inclusive) .. `untilBeat` (exclusive). */
export type HeardMusic = (fromBeat: Beats, untilBeat: Beats) => Pick<Score, 'notes' | 'controls'>;

/** What a deck has played and is going to play, in session beats. Bounded: the far past is forgotten. */
export class Plan {
  private score: Score = emptyScore;
  private premise: Premise | undefined;
  private forgottenUntil: Beats = -Infinity;
  /** Where music was skipped, in order: nobody has heard the silence there. */
  private gaps: readonly { readonly from: Beats; readonly until: Beats }[] = [];

  /** @param heard what others played, which is part of the history. Default: nothing. */
  constructor(private readonly heard: HeardMusic = () => emptyScore) {}

  /** Of what was played before it, some is forgotten. */
  get remembersFrom(): Beats {
    return this.forgottenUntil;
  }

  /** Nothing may be planned yet at or after the span. */
  add(span: Pick<ComposedSpan, 'notes' | 'programs' | 'controls'>): void {
    this.score = {
      ...this.score,
      notes: [...this.score.notes, ...span.notes],
      programs: [...this.score.programs, ...span.programs],
      controls: [...this.score.controls, ...span.controls],
    };
  }

  /** Takes away everything at or after `fromBeat`. */
  discard(fromBeat: Beats): void {
    this.keep((beat) => beat < fromBeat);
  }

  /** Takes away what lies in `fromBeat` (inclusive) .. `untilBeat` (exclusive): it is skipped. */
  cut(fromBeat: Beats, untilBeat: Beats): void {
    if (untilBeat - fromBeat > sameBeat && this.countBetween(fromBeat, untilBeat) > 0) this.gaps = [...this.gaps, { from: fromBeat, until: untilBeat }];
    this.keep((beat) => beat < fromBeat || beat >= untilBeat);
  }

  /** Whether nothing was skipped in `fromBeat` .. `untilBeat` (exclusive). */
  isWhole(fromBeat: Beats, untilBeat: Beats): boolean {
    return this.gaps.every(({ from, until }) => until <= fromBeat || from >= untilBeat);
  }

  /** Nothing was skipped from here on. */
  get wholeFrom(): Beats {
    return Math.max(-Infinity, ...this.gaps.map(({ until }) => until));
  }

  /** What comes at or after `fromBeat`. */
  from(fromBeat: Beats): Score {
    return select(this.score, (beat) => beat >= fromBeat);
  }

  /** How much begins in `fromBeat` (inclusive) .. `untilBeat` (exclusive): notes, programs and controllers. */
  countBetween(fromBeat: Beats, untilBeat: Beats): number {
    const { notes, programs, controls } = this.score;
    // The far past is behind: it is not looked through, for this is asked often.
    const place = (items: readonly { readonly beat: Beats }[], beat: Beats): number => items.findLastIndex((item) => item.beat < beat);
    return [notes, programs, controls].reduce((sum, items) => sum + place(items, untilBeat) - place(items, fromBeat), 0);
  }

  /**
   * What is remembered of the time before `untilBeat`, with what was heard; notes that reach over it are shortened to end there.
   * A premise stands for all that was before it. Programs are kept whole. The frame is told as that of it all; bar 0 begins
   * at beat 0.
   */
  history(untilBeat: Beats, { bpm, meter, wholeNotes = false, mostNotes }: Frame = {}, premise = this.premise): Score {
    const oldest = untilBeat - rememberedBeats;
    const fromBeat = Math.max(oldest, premise?.untilBeat ?? oldest);
    const past = select(this.score, (beat) => beat < untilBeat && beat >= fromBeat);
    const supposed = select(premise?.score ?? emptyScore, (beat) => beat < Math.min(fromBeat, untilBeat) && beat >= oldest);
    const shorten = (note: Note): Note =>
      !wholeNotes && endBeat(note) > untilBeat ? { ...note, duration: untilBeat - note.beat } : note;
    const heard = this.heard(fromBeat, untilBeat);
    const notes = [...supposed.notes, ...past.notes, ...heard.notes].sort(compareNotes);
    const beginning = mostNotes === undefined ? oldest : steadyBeginning(notes, untilBeat, mostNotes, rememberedBeats, beatsPerBar(meter ?? commonTime));
    return scoreOf(notes.filter((note) => note.beat >= beginning).map(shorten), {
      programs: [...supposed.programs, ...this.score.programs.filter((mark) => mark.beat < untilBeat)].sort((a, b) => a.beat - b.beat),
      controls: [...supposed.controls, ...past.controls, ...heard.controls].sort((a, b) => a.beat - b.beat),
      tempos: bpm === undefined ? [] : [{ beat: oldest, bpm }],
      meters: meter === undefined ? [] : [{ beat: barStart(barAt(oldest, meter), meter), ...meter }],
    });
  }

  /** The notes of the history that were not heard from others, in order and at their full length. */
  own(untilBeat: Beats): readonly Note[] {
    const { premise } = this;
    const supposed = premise?.own ?? premise?.score.notes ?? [];
    const past = this.score.notes.filter(({ beat }) => !premise || beat >= premise.untilBeat);
    return [...supposed.filter(({ beat }) => !premise || beat < premise.untilBeat), ...past].filter(({ beat }) => beat < untilBeat).sort(compareNotes);
  }

  /** The last program of every channel and the last value of every controller at `beat`. */
  inForce(beat: Beats): Pick<Score, 'programs' | 'controls'> {
    const last = <T extends { readonly beat: Beats }>(marks: readonly T[], keyOf: (mark: T) => number): T[] => [
      ...new Map(marks.filter((mark) => mark.beat <= beat).map((mark) => [keyOf(mark), mark])).values(),
    ];
    return {
      programs: last(this.score.programs, (mark) => mark.channel),
      controls: last(this.score.controls, (mark) => mark.channel * 128 + mark.controller),
    };
  }

  /** From now on the premise is what was before its end, whatever was played. */
  suppose(premise: Premise): void {
    this.premise = premise;
  }

  shift(by: Beats): void {
    this.score = shiftScore(this.score, by);
    this.premise = this.premise && movePremise(this.premise, by);
    this.forgottenUntil += by;
    this.gaps = this.gaps.map(({ from, until }) => ({ from: from + by, until: until + by }));
  }

  /** Lets go of what is too old to matter; the last program of each channel stays. */
  forget(nowBeat: Beats): void {
    const oldest = nowBeat - rememberedBeats;
    if (this.premise && this.premise.untilBeat < oldest) this.premise = undefined;
    this.gaps = this.gaps.filter(({ until }) => until > oldest);
    if (this.score.notes.length === 0 || this.score.notes[0].beat >= oldest) return;
    const lastPrograms = new Map(this.score.programs.filter((mark) => mark.beat < oldest).map((mark) => [mark.channel, mark]));
    const kept = select(this.score, (beat) => beat >= oldest);
    this.score = { ...kept, programs: [...lastPrograms.values(), ...kept.programs] };
    this.forgottenUntil = oldest;
  }

  private keep(wanted: (beat: Beats) => boolean): void {
    this.score = select(this.score, wanted);
  }
}

function select(score: Score, wanted: (beat: Beats) => boolean): Score {
  const pick = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] => items.filter((item) => wanted(item.beat));
  return { ...score, notes: pick(score.notes), programs: pick(score.programs), controls: pick(score.controls) };
}
