import type { TokenAttribute } from '../../../../engine/contracts/tokenizer.js';
import type { StreamCursor } from '../stream-cursor.js';
import { SymbolKind, drumProgram } from '../symbols.js';
import { commonTime, type MiditokFormat } from './format.js';

const Phase = {
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

/** The automaton of MidiTok streams: REMI with a program before each note or where it changes, or tracks of MMM. */
export class MiditokCursor implements StreamCursor {
  lastPitch = -1;
  private phase: Phase = Phase.start;
  private meter = 0;
  private position = -1;
  private program = -1;
  private notesHere = 0;
  /** Whether the cursor looks for what to offer: less than what is understood. */
  private isOffering = false;
  /** Where it stood, by depth. */
  private readonly remembered: MiditokCursor[] = [];

  constructor(private readonly format: MiditokFormat) {}

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

  load(other: this): void {
    this.lastPitch = other.lastPitch;
    this.phase = other.phase;
    this.meter = other.meter;
    this.position = other.position;
    this.program = other.program;
    this.notesHere = other.notesHere;
    this.isOffering = other.isOffering;
  }

  loadStructure(other: this): void {
    this.load(other);
    this.isOffering = true;
  }

  clone(): this {
    const copy = new MiditokCursor(this.format) as this;
    copy.load(this);
    return copy;
  }

  remember(depth: number): void {
    this.remembered[depth] ??= new MiditokCursor(this.format);
    this.remembered[depth].load(this);
  }

  returnTo(depth: number): boolean {
    this.load(this.remembered[depth] as this);
    return true;
  }

  isFree(): boolean {
    return true;
  }

  step(kind: number, value: number): boolean {
    switch (kind) {
      case SymbolKind.special:
      case SymbolKind.start:
        return true;
      case SymbolKind.end:
        return this.go(this.isTracks ? this.phase === Phase.start : this.mayLeaveBar, Phase.start);
      case SymbolKind.trackStart:
        return this.go(this.isTracks && this.phase === Phase.start, Phase.trackStart);
      case SymbolKind.trackEnd:
        return this.go(this.isTracks && this.mayLeaveBar, Phase.start);
      case SymbolKind.bar:
        return this.startBar();
      case SymbolKind.barEnd:
        return this.go(this.mayLeaveBar && this.phase !== Phase.barEnd, Phase.barEnd);
      case SymbolKind.meter:
        if (this.phase !== Phase.bar) return false;
        this.meter = value;
        return this.go(true, Phase.meter);
      case SymbolKind.position:
        return this.moveTo(value);
      case SymbolKind.tempo:
        return this.go(this.phase === Phase.position, Phase.tempo);
      case SymbolKind.program:
        return this.chooseProgram(value);
      case SymbolKind.pitch:
        return this.strike(!(this.isDrums && this.format.hasDrumPitches));
      case SymbolKind.drumPitch:
        return this.strike(this.isDrums);
      case SymbolKind.velocity:
        return this.go(this.phase === Phase.pitch, Phase.velocity);
      case SymbolKind.duration:
        return this.go(this.phase === Phase.velocity, Phase.note);
      default:
        return false;
    }
  }

  private get isTracks(): boolean {
    return this.format.form === 'MMM';
  }

  private get saysChanges(): boolean {
    return !this.isTracks && this.format.config.program_changes;
  }

  /** Whether what has been begun in the bar is complete. */
  private get mayLeaveBar(): boolean {
    const { phase } = this;
    if (phase === Phase.bar) return !this.format.config.use_time_signatures;
    return phase === Phase.meter || phase === Phase.barEnd || phase === Phase.tempo || phase === Phase.note;
  }

  /** Beats of the present bar. */
  private get beats(): number {
    return this.format.config.use_time_signatures ? this.format.meters[this.meter].numerator : commonTime.numerator;
  }

  private startBar(): boolean {
    const isFirst = this.phase === (this.isTracks ? Phase.trackProgram : Phase.start);
    if (!isFirst && (!this.mayLeaveBar || (this.format.hasBarEnds && this.phase !== Phase.barEnd))) return false;
    this.position = -1;
    return this.go(true, Phase.bar);
  }

  private moveTo(position: number): boolean {
    if (!this.mayLeaveBar || this.phase === Phase.barEnd) return false;
    if (position <= this.position || position >= this.beats * this.format.positionsPerBeat) return false;
    this.position = position;
    this.notesHere = 0;
    return this.go(true, Phase.position);
  }

  private chooseProgram(program: number): boolean {
    if (this.phase === Phase.trackStart) {
      this.program = program;
      return this.go(true, Phase.trackProgram);
    }
    if (this.isTracks || !this.mayStrike || (this.saysChanges && program === this.program)) return false;
    this.program = program;
    return this.go(true, Phase.program);
  }

  private get mayStrike(): boolean {
    const { phase } = this;
    if (this.isOffering && this.notesHere >= mostNotesAtOnce) return false;
    return phase === Phase.position || phase === Phase.tempo || phase === Phase.note;
  }

  private strike(isRightKind: boolean): boolean {
    const isDue = this.phase === Phase.program || ((this.isTracks || this.saysChanges) && this.mayStrike);
    if (!isDue || !isRightKind) return false;
    this.notesHere += 1;
    return this.go(true, Phase.pitch);
  }

  private go(isLegal: boolean, phase: Phase): boolean {
    this.phase = phase;
    return isLegal;
  }
}
