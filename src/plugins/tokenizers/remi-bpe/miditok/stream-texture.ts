import type { Limits } from '../limits.js';
import type { StreamGrid } from './stream-grid.js';

/** A note struck at the present place, and those before it there. */
interface Strike {
  readonly program: number;
  readonly pitch: number;
  readonly before: Strike | undefined;
}

/** What sounds and has begun where a stream stands whose time only goes on. A value that is moved, and copied by `load`. */
export class StreamTexture {
  /** Grid units from the start of the stream. */
  now = 0;
  /** Where melodic notes end that sound at the present place. Never changed, only replaced. */
  private ends: readonly number[] = [];
  private struck: Strike | undefined;
  /** The last onset; the start of the stream before the first. */
  private lastOnset = 0;
  /** Onsets in the present beat. */
  private onsets = 0;
  private hasDrums = false;

  constructor(private readonly grid: StreamGrid) {}

  load(other: StreamTexture): void {
    this.now = other.now;
    this.ends = other.ends;
    this.struck = other.struck;
    this.lastOnset = other.lastOnset;
    this.onsets = other.onsets;
    this.hasDrums = other.hasDrums;
  }

  /** Whether the limits let time go on to a place, without asking whether anything can begin there. */
  canMoveTo(time: number, limits: Limits): boolean {
    if (time > limits.latest || time > this.lastOnset + limits.longestRest) return false;
    const beats = this.beatOf(time) - this.beatOf(this.now);
    return limits.fewestOnsets === 0 || beats === 0 || (beats === 1 && this.onsets >= limits.fewestOnsets);
  }

  /** Whether a note that begins at a later place keeps within the limits: a melodic one, unless there have been drums. */
  canBeginAt(time: number, limits: Limits): boolean {
    if (this.beatOf(time) === this.beatOf(this.now) && this.onsets >= limits.mostOnsets) return false;
    return this.hasDrums || this.soundingAt(time) < limits.polyphony;
  }

  /** Whether one more note can begin here. */
  canStrike(isDrums: boolean, limits: Limits): boolean {
    if (this.now >= limits.latest || this.onsets >= limits.mostOnsets) return false;
    return isDrums || this.soundingAt(this.now) < limits.polyphony;
  }

  /** Whether so many notes can begin within the limits, here or later, and none has to. */
  hasRoomFor(notes: number, { polyphony, mostOnsets, fewestOnsets, longestRest, latest }: Limits): boolean {
    if (fewestOnsets > 0 || longestRest !== Infinity || latest !== Infinity) return false;
    return this.onsets + notes <= mostOnsets && this.ends.length + notes <= polyphony;
  }

  moveTo(time: number): void {
    if (this.beatOf(time) !== this.beatOf(this.now)) this.onsets = 0;
    if (time !== this.now) this.struck = undefined;
    this.now = time;
    if (this.ends.some((end) => end <= time)) this.ends = this.ends.filter((end) => end > time);
  }

  strike(program: number, pitch: number, isDrums: boolean): void {
    this.struck = { program, pitch, before: this.struck };
    this.lastOnset = this.now;
    this.onsets += 1;
    this.hasDrums ||= isDrums;
  }

  /** The note that was struck last sounds for so many units. */
  hold(length: number): void {
    this.ends = [...this.ends, this.now + length];
  }

  /** Whether a note has begun at the present place. */
  hasStruck(program: number, pitch: number): boolean {
    for (let strike = this.struck; strike !== undefined; strike = strike.before) {
      if (strike.program === program && strike.pitch === pitch) return true;
    }
    return false;
  }

  /** Pitch of the note that was struck last at the present place. */
  get lastPitch(): number | undefined {
    return this.struck?.pitch;
  }

  private soundingAt(time: number): number {
    let count = 0;
    for (const end of this.ends) if (end > time) count += 1;
    return count;
  }

  private beatOf(time: number): number {
    return Math.floor(time / this.grid.unitsPerBeat);
  }
}
