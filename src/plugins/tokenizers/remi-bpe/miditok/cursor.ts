import type { TokenAttribute } from '../../../../engine/contracts/tokenizer.js';
import { wishedMeter, type Limits } from '../limits.js';
import type { StreamCursor } from '../stream-cursor.js';
import { SymbolKind, drumProgram } from '../symbols.js';
import type { MiditokFormat } from './format.js';
import { type StreamGrid } from './stream-grid.js';
import { StreamTexture } from './stream-texture.js';

export const Phase = {
  /** Nothing, the end of a piece, or the end of a track. */
  start: 0,
  trackStart: 1,
  trackProgram: 2,
  bar: 3,
  meter: 4,
  barEnd: 5,
  position: 6,
  tempo: 7,
  program: 8,
  pitch: 9,
  velocity: 10,
  /** A duration: a note is complete. */
  note: 11,
} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

const attributes: readonly TokenAttribute[] = [
  'event',
  'program',
  'event',
  'other',
  'time',
  'event',
  'event',
  'event',
  'pitch',
  'velocity',
  'duration',
  'event',
];

/** More notes than this at one position are not offered: a model that goes on is stuck. */
const mostNotesAtOnce = 64;

/**
 * The automaton of MidiTok streams: REMI with a program before each note or where it changes, or tracks of MMM. Limits
 * of what has sounded are kept in REMI, whose time only goes on; those of tempo and meter in MMM too.
 */
export class MiditokCursor implements StreamCursor {
  lastPitch = -1;
  phase: Phase = Phase.start;
  /** The program said last, or -1. */
  program = -1;
  readonly texture: StreamTexture;
  private meter: number;
  private position = -1;
  /** Grid units; the present bar's line. */
  private barStart = 0;
  private hasBar = false;
  private tempo = -1;
  private notesHere = 0;
  /** Whether the cursor looks for what to offer: less than what is understood. */
  private isOffering = false;
  /** Where it stood, by depth. */
  private remembered: MiditokCursor[] | undefined;
  private readonly format: MiditokFormat;

  constructor(readonly grid: StreamGrid) {
    this.format = grid.format;
    this.texture = new StreamTexture(grid);
    this.meter = grid.firstMeter;
  }

  get structure(): number {
    const full = this.notesHere >= mostNotesAtOnce ? 1 : 0;
    const spoken = this.saysChanges ? this.program + 1 : this.isDrums ? 1 : 0;
    return (((this.phase * 256 + this.meter) * 4096 + this.position + 1) * 256 + spoken) * 2 + full;
  }

  get isDrums(): boolean {
    return this.program === drumProgram;
  }

  get beatScale(): number {
    return this.format.config.use_time_signatures ? 4 / this.format.meters[this.meter].denominator : 1;
  }

  get attribute(): TokenAttribute {
    return attributes[this.phase];
  }

  /** Whether programs are said only where they change. */
  get saysChanges(): boolean {
    return !this.isTracks && this.format.config.program_changes;
  }

  /** The line of the present bar, in grid units; `undefined` outside bars, and where a bar's meter is still to come. */
  get barLine(): number | undefined {
    const awaitsMeter = this.phase === Phase.bar && this.format.config.use_time_signatures;
    return !this.hasBar || this.phase === Phase.start || awaitsMeter ? undefined : this.barStart;
  }

  /** Grid units between positions of the present bar. */
  get positionLength(): number {
    return this.grid.positionLength(this.meter);
  }

  /** The line of the next bar, in grid units. */
  get nextBarLine(): number {
    return this.hasBar ? this.barStart + this.grid.barLength(this.meter) : 0;
  }

  load(other: this): void {
    this.lastPitch = other.lastPitch;
    this.phase = other.phase;
    this.meter = other.meter;
    this.position = other.position;
    this.barStart = other.barStart;
    this.hasBar = other.hasBar;
    this.tempo = other.tempo;
    this.program = other.program;
    this.notesHere = other.notesHere;
    this.isOffering = other.isOffering;
    this.texture.load(other.texture);
  }

  loadStructure(other: this): void {
    this.load(other);
    this.isOffering = true;
  }

  clone(): this {
    const copy = new MiditokCursor(this.grid) as this;
    copy.load(this);
    return copy;
  }

  remember(depth: number): void {
    this.remembered ??= [];
    this.remembered[depth] ??= new MiditokCursor(this.grid);
    this.remembered[depth].load(this);
  }

  returnTo(depth: number): boolean {
    this.load(this.remembered?.[depth] as this);
    return true;
  }

  isFree(notes: number, limits: Limits): boolean {
    if (limits.tempo >= 0 || limits.keepsMeter || limits.bars) return false;
    return this.isTracks || (!this.saysChanges && this.texture.hasRoomFor(notes, limits));
  }

  step(kind: number, value: number, limits?: Limits): boolean {
    switch (kind) {
      case SymbolKind.special:
      case SymbolKind.start:
        return true;
      case SymbolKind.end:
        return this.endStream();
      case SymbolKind.trackStart:
        return this.startTrack();
      case SymbolKind.trackEnd:
        return this.go(this.isTracks && this.mayLeaveBar, Phase.start);
      case SymbolKind.bar:
        return this.startBar(limits);
      case SymbolKind.barEnd:
        return this.go(this.mayLeaveBar && this.phase !== Phase.barEnd && this.mayGoOn(this.nextBarLine, limits), Phase.barEnd);
      case SymbolKind.meter:
        if (this.phase !== Phase.bar || (limits?.keepsMeter === true && value !== this.meter)) return false;
        if (limits?.bars && value !== wishedMeter(limits.bars, this.barStart)) return false;
        this.meter = value;
        return this.go(true, Phase.meter);
      case SymbolKind.position:
        return this.moveTo(value, limits);
      case SymbolKind.tempo:
        this.tempo = value;
        return this.go(this.phase === Phase.position, Phase.tempo);
      case SymbolKind.program:
        return this.chooseProgram(value, limits);
      case SymbolKind.pitch:
        return this.strike(value, !(this.isDrums && this.format.hasDrumPitches), limits);
      case SymbolKind.drumPitch:
        return this.strike(value, this.isDrums, limits);
      case SymbolKind.velocity:
        return this.go(this.phase === Phase.pitch, Phase.velocity);
      case SymbolKind.duration:
        return this.hold(value);
      default:
        return false;
    }
  }

  private get isTracks(): boolean {
    return this.format.form === 'MMM';
  }

  /** Whether what has been begun in the bar is complete. */
  private get mayLeaveBar(): boolean {
    const { phase } = this;
    if (phase === Phase.bar) return !this.format.config.use_time_signatures;
    return phase === Phase.meter || phase === Phase.barEnd || phase === Phase.tempo || phase === Phase.note;
  }

  private get mayStrike(): boolean {
    const { phase } = this;
    if (this.isOffering && this.notesHere >= mostNotesAtOnce) return false;
    return phase === Phase.position || phase === Phase.tempo || phase === Phase.note;
  }

  private mayGoOn(time: number, limits: Limits | undefined): boolean {
    return limits === undefined || this.texture.canMoveTo(time, limits);
  }

  /** Every track says tempo and meter anew. */
  private startTrack(): boolean {
    if (!this.isTracks || this.phase !== Phase.start) return false;
    this.tempo = -1;
    return this.go(true, Phase.trackStart);
  }

  private endStream(): boolean {
    const isLegal = this.isTracks ? this.phase === Phase.start : this.mayLeaveBar;
    return this.go(isLegal, Phase.start);
  }

  private startBar(limits: Limits | undefined): boolean {
    const isFirst = this.phase === (this.isTracks ? Phase.trackProgram : Phase.start);
    if (!isFirst && (!this.mayLeaveBar || (this.format.hasBarEnds && this.phase !== Phase.barEnd))) return false;
    const line = this.nextBarLine;
    if (!this.mayGoOn(line, limits)) return false;
    if (!this.isTracks) {
      this.barStart = line;
      this.texture.moveTo(line);
    }
    this.hasBar = true;
    this.position = -1;
    return this.go(true, Phase.bar);
  }

  private moveTo(position: number, limits: Limits | undefined): boolean {
    if (!this.mayLeaveBar || this.phase === Phase.barEnd) return false;
    const offset = position * this.positionLength;
    if (position <= this.position || offset >= this.grid.barLength(this.meter)) return false;
    const time = this.barStart + offset;
    if (limits !== undefined && !(this.texture.canMoveTo(time, limits) && this.texture.canBeginAt(time, limits))) return false;
    if (!this.isTracks) this.texture.moveTo(time);
    this.position = position;
    this.notesHere = 0;
    return this.go(true, Phase.position);
  }

  private chooseProgram(program: number, limits: Limits | undefined): boolean {
    if (this.phase === Phase.trackStart) {
      this.program = program;
      return this.go(true, Phase.trackProgram);
    }
    if (this.isTracks || !this.mayStrike || (this.saysChanges && program === this.program)) return false;
    if (limits !== undefined && !this.canBegin(program === drumProgram, limits)) return false;
    this.program = program;
    return this.go(true, Phase.program);
  }

  private strike(pitch: number, isRightKind: boolean, limits: Limits | undefined): boolean {
    const isSaid = this.isTracks || (this.saysChanges && this.program >= 0);
    const isDue = this.phase === Phase.program || (isSaid && this.mayStrike);
    if (!isDue || !isRightKind) return false;
    if (limits !== undefined && !(this.canBegin(this.isDrums, limits) && this.isWanted(limits))) return false;
    if (!this.isTracks) this.texture.strike(this.program, pitch, this.isDrums);
    this.notesHere += 1;
    return this.go(true, Phase.pitch);
  }

  private hold(duration: number): boolean {
    if (this.phase !== Phase.velocity) return false;
    if (!this.isTracks && !this.isDrums) this.texture.hold(this.grid.noteLength(duration, this.meter));
    return this.go(true, Phase.note);
  }

  /** Whether a note may begin here: not before a tempo that is asked for. */
  private canBegin(isDrums: boolean, limits: Limits): boolean {
    if (this.phase === Phase.position && limits.tempo >= 0 && limits.tempo !== this.tempo) return false;
    return this.texture.canStrike(isDrums, limits);
  }

  /** Whether notes may go on with the program said last. */
  private isWanted({ programs }: Limits): boolean {
    return this.isDrums || this.phase === Phase.program || programs === undefined || programs.has(this.program);
  }

  private go(isLegal: boolean, phase: Phase): boolean {
    this.phase = phase;
    return isLegal;
  }
}
