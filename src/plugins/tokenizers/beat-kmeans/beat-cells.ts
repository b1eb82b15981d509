import type { FrameNotes } from './note-frames.js';
import { highBits, lowBits, type Pattern } from './pattern.js';
import { framesPerBeat } from './vocabulary.js';

/** One key in one beat: what it does and how loud its onsets are. The same object is used again for the next cell. */
export interface Cell {
  pitch: number;
  readonly pattern: { -readonly [Key in keyof Pattern]: number };
  onsets: number;
  /** Frames in the beat, the first `onsets` of them. */
  readonly onsetFrames: Uint8Array;
  readonly velocities: Uint8Array;
}

/** Walks through the beats of a piece and tells the keys that sound in each, from low to high. */
export class BeatCells {
  private readonly cells: readonly Cell[] = Array.from({ length: 128 }, (_, pitch) => newCell(pitch));
  private readonly isActive = new Uint8Array(128);
  /** Frame at which the key's last note ends. */
  private readonly end = new Int32Array(128);
  private next = 0;

  constructor(private readonly notes: FrameNotes) {}

  /** Beats up to the last sound. */
  get beats(): number {
    const last = this.notes.end.reduce((latest, end) => Math.max(latest, end), 0);
    return Math.ceil(last / framesPerBeat);
  }

  /** Call it for beat 0, 1, 2 … in turn. `visit` must not keep the cell. */
  visitBeat(beat: number, visit: (cell: Cell) => void): void {
    const from = beat * framesPerBeat;
    for (let pitch = 0; pitch < 128; pitch += 1) {
      if (this.end[pitch] > from) this.sound(pitch, 0, Math.min(framesPerBeat, this.end[pitch] - from));
    }
    this.strike(from);
    for (let pitch = 0; pitch < 128; pitch += 1) {
      if (this.isActive[pitch] === 0) continue;
      const cell = this.cells[pitch];
      visit(cell);
      this.isActive[pitch] = 0;
      cell.onsets = 0;
      cell.pattern.sustainLow = 0;
      cell.pattern.sustainHigh = 0;
      cell.pattern.onsetLow = 0;
      cell.pattern.onsetHigh = 0;
    }
  }

  /** Enters the notes that begin in the beat which begins at frame `from`. */
  private strike(from: number): void {
    const { notes, end } = this;
    for (; this.next < notes.count && notes.start[this.next] < from + framesPerBeat; this.next += 1) {
      if (notes.end[this.next] < 0) continue;
      const pitch = notes.pitch[this.next];
      const start = notes.start[this.next] - from;
      const cell = this.cells[pitch];
      end[pitch] = notes.end[this.next];
      this.sound(pitch, start, Math.min(framesPerBeat, end[pitch] - from));
      cell.pattern.onsetLow |= lowBits(start, start + 1);
      cell.pattern.onsetHigh |= highBits(start, start + 1);
      cell.onsetFrames[cell.onsets] = start;
      cell.velocities[cell.onsets] = notes.velocity[this.next];
      cell.onsets += 1;
    }
  }

  private sound(pitch: number, start: number, end: number): void {
    const { pattern } = this.cells[pitch];
    this.isActive[pitch] = 1;
    pattern.sustainLow |= lowBits(start, end);
    pattern.sustainHigh |= highBits(start, end);
  }
}

function newCell(pitch: number): Cell {
  return {
    pitch,
    pattern: { sustainLow: 0, sustainHigh: 0, onsetLow: 0, onsetHigh: 0 },
    onsets: 0,
    onsetFrames: new Uint8Array(framesPerBeat),
    velocities: new Uint8Array(framesPerBeat),
  };
}
