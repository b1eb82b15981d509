import type { TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { BarTexture } from './bar-texture.js';
import { wishedMeter, type Limits } from './limits.js';
import { barLengths, commonMeter, meters, positionsPerBar } from './phrase-vocabulary.js';
import type { StreamCursor } from './stream-cursor.js';
import { SymbolKind, drumProgram } from './symbols.js';

/** What the last symbol was, as far as it decides what may come. */
export const Phase = {
  /** Nothing, or the end of a piece. */
  start: 0,
  bar: 1,
  meter: 2,
  /** A tempo, or the end of a track. */
  head: 3,
  trackStart: 4,
  program: 5,
  position: 6,
  pitch: 7,
  velocity: 8,
  /** A duration: a note is complete. */
  note: 9,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

const attributes: readonly TokenAttribute[] = [
  'event',
  'event',
  'event',
  'event',
  'program',
  'time',
  'pitch',
  'velocity',
  'duration',
  'event',
];

/** The automaton of bars of tracks. */
export class PhraseCursor implements StreamCursor {
  phase: Phase = Phase.start;
  /** Sixteenths from the start of the stream to the present bar's line. */
  barStart = 0;
  meter = commonMeter;
  /** Tracks begun in this bar. */
  tracksInBar = 0;
  /** Of the last track in this bar; -1 before the first. */
  program = -1;
  position = -1;
  lastPitch = -1;
  private tempo = -1;
  private hasBar = false;
  private texture = new BarTexture();
  /** Where it stood, by depth. */
  private readonly remembered: PhraseCursor[] = [];

  /** @param hasOnePart a bar has one track at most */
  constructor(readonly hasOnePart = false) {}

  get structure(): number {
    // In a track its program no longer matters, before one the position doesn't.
    const inTrack = this.phase >= Phase.program;
    const place = inTrack ? this.position + 1 + (this.isDrums ? positionsPerBar + 1 : 0) : this.program + 1;
    return (this.phase * meters.length + this.meter) * 256 + place;
  }

  get isDrums(): boolean {
    return this.program === drumProgram;
  }

  get beatScale(): number {
    return 1;
  }

  get attribute(): TokenAttribute {
    return attributes[this.phase];
  }

  /** Whether a bar has begun and the piece has not ended. */
  get isInBar(): boolean {
    return this.hasBar && this.phase !== Phase.start;
  }

  get barLength(): number {
    return barLengths[this.meter];
  }

  load(other: this): void {
    this.loadStructure(other);
    this.texture.load(other.texture);
  }

  loadStructure(other: this): void {
    this.phase = other.phase;
    this.barStart = other.barStart;
    this.meter = other.meter;
    this.tracksInBar = other.tracksInBar;
    this.program = other.program;
    this.position = other.position;
    this.lastPitch = other.lastPitch;
    this.tempo = other.tempo;
    this.hasBar = other.hasBar;
  }

  clone(): this {
    const copy = new PhraseCursor(this.hasOnePart) as this;
    copy.loadStructure(this);
    copy.texture = this.texture.clone();
    return copy;
  }

  remember(depth: number): void {
    this.remembered[depth] ??= new PhraseCursor(this.hasOnePart);
    this.remembered[depth].loadStructure(this);
    this.texture.remember(depth);
  }

  returnTo(depth: number): boolean {
    this.loadStructure(this.remembered[depth] as this);
    return this.texture.returnTo(depth);
  }

  isFree(notes: number, limits: Limits): boolean {
    if (this.phase < Phase.program || limits.latest !== Infinity || this.barStart + this.position < limits.earliest) return false;
    return this.texture.hasRoomFor(notes, limits, this.from(limits));
  }

  step(kind: number, value: number, limits?: Limits): boolean {
    switch (kind) {
      case SymbolKind.bar:
        return this.startBar(limits);
      case SymbolKind.end:
        if (this.phase > Phase.head || this.lacksSomething(limits)) return false;
        this.phase = Phase.start;
        return true;
      case SymbolKind.meter:
        if (this.phase !== Phase.bar || (limits?.bars && value !== wishedMeter(limits.bars, this.barStart))) return false;
        this.meter = value;
        this.texture.setLength(this.barLength);
        this.phase = Phase.meter;
        return true;
      case SymbolKind.tempo:
        if (this.phase !== Phase.bar && this.phase !== Phase.meter) return false;
        if (limits !== undefined && this.lacksMeter(limits)) return false;
        this.tempo = value;
        this.phase = Phase.head;
        return true;
      case SymbolKind.trackStart:
        return this.startTrack(limits);
      case SymbolKind.program:
        return this.chooseProgram(value, limits);
      case SymbolKind.position:
        return this.moveTo(value, limits);
      case SymbolKind.pitch:
        return this.strike(value, limits);
      case SymbolKind.velocity:
        if (this.phase !== Phase.pitch) return false;
        this.phase = Phase.velocity;
        return true;
      case SymbolKind.duration:
        return this.hold(value, limits);
      case SymbolKind.trackEnd:
        if (this.phase !== Phase.note || (limits !== undefined && !this.mayLeaveTrack(limits))) return false;
        this.phase = Phase.head;
        this.position = this.lastPitch = -1;
        return true;
      default:
        return false;
    }
  }

  private startBar(limits: Limits | undefined): boolean {
    if (this.phase > Phase.head || this.lacksSomething(limits)) return false;
    if (limits !== undefined && this.hasBar && this.phase !== Phase.start && this.barEnd > limits.latest) return false;
    if (this.hasBar) {
      this.barStart += this.barLength;
      this.texture.nextBar();
    }
    this.hasBar = true;
    this.tracksInBar = 0;
    this.program = -1;
    this.phase = Phase.bar;
    return true;
  }

  private startTrack(limits: Limits | undefined): boolean {
    if (this.phase === Phase.start || this.phase > Phase.head || this.hadLastTrack) return false;
    if (limits !== undefined && (this.lacksMeter(limits) || this.lacksTempo(limits) || !this.texture.canStartTrack(this.program, limits, this.from(limits)))) return false;
    this.tracksInBar += 1;
    this.phase = Phase.trackStart;
    return true;
  }

  private chooseProgram(program: number, limits: Limits | undefined): boolean {
    if (this.phase !== Phase.trackStart || program <= this.program) return false;
    if (limits !== undefined && !this.texture.hasPlace(program === drumProgram, limits, this.from(limits))) return false;
    this.program = program;
    this.phase = Phase.program;
    this.position = -1;
    return true;
  }

  private moveTo(position: number, limits: Limits | undefined): boolean {
    if ((this.phase !== Phase.program && this.phase !== Phase.note) || position <= this.position) return false;
    if (position >= this.barLength) return false;
    if (limits !== undefined) {
      if (!this.mayStrikeAt(position, limits)) return false;
      const deadline = this.texture.deadline(limits, this.from(limits));
      // What an earlier place lacks, another track must bring.
      if (position > deadline && deadline >= Math.max(0, this.position)) return false;
    }
    this.position = position;
    this.lastPitch = -1;
    this.phase = Phase.position;
    return true;
  }

  private strike(pitch: number, limits: Limits | undefined): boolean {
    if (this.phase !== Phase.position && this.phase !== Phase.note) return false;
    if (pitch <= this.lastPitch) return false;
    if (limits !== undefined && !this.mayStrikeAt(this.position, limits)) return false;
    this.texture.strike(this.position);
    this.lastPitch = pitch;
    this.phase = Phase.pitch;
    return true;
  }

  private hold(length: number, limits: Limits | undefined): boolean {
    if (this.phase !== Phase.velocity) return false;
    if (!this.isDrums) {
      if (limits !== undefined && length > this.texture.roomAt(this.position, limits)) return false;
      this.texture.hold(this.position, length);
    }
    this.phase = Phase.note;
    return true;
  }

  private mayStrikeAt(position: number, limits: Limits): boolean {
    const at = this.barStart + position;
    // A place that was come to before must have a note.
    const isEarly = at < limits.earliest && (this.phase !== Phase.position || position !== this.position);
    return !isEarly && at < limits.latest && this.texture.canStrike(position, this.isDrums, limits);
  }

  private mayLeaveTrack(limits: Limits): boolean {
    if (this.barEnd > limits.latest) return false;
    const deadline = this.texture.deadline(limits, this.from(limits));
    return deadline >= this.barLength || deadline < this.position;
  }

  /** Whether something must come before the next bar line, and can. */
  private lacksSomething(limits: Limits | undefined): boolean {
    if (limits === undefined || !this.hasBar || this.phase === Phase.start) return false;
    if (this.lacksMeter(limits) || this.lacksTempo(limits)) return true;
    const from = this.from(limits);
    return !this.texture.isFull(limits, from) && !this.hadLastTrack && this.texture.canStartTrack(this.program, limits, from);
  }

  /** The first position at which a note can come at all. */
  private from({ earliest }: Limits): number {
    return Math.max(0, this.hasOnePart ? this.position : 0, earliest - this.barStart);
  }

  /** Whether no track can follow in this bar. */
  private get hadLastTrack(): boolean {
    return this.program >= (this.hasOnePart ? 0 : drumProgram);
  }

  private get barEnd(): number {
    return this.barStart + this.barLength;
  }

  private lacksMeter({ bars }: Limits): boolean {
    return bars !== undefined && this.phase === Phase.bar && this.meter !== wishedMeter(bars, this.barStart);
  }

  private lacksTempo({ tempo }: Limits): boolean {
    return tempo >= 0 && tempo !== this.tempo && (this.phase === Phase.bar || this.phase === Phase.meter);
  }
}
