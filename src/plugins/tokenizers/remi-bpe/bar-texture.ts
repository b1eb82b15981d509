import { drumProgram } from './symbols.js';
import type { Limits } from './limits.js';
import { longestDuration, positionsPerBar, sixteenthsPerBeat } from './phrase-vocabulary.js';

const soundingSpan = positionsPerBar + longestDuration;
/** Beats a bar can touch: four, or five when it begins off the beat. */
const beatSpan = 6;

/** What sounds and begins in the present bar, all tracks together, in sixteenths from its line. */
export class BarTexture {
  /** Melodic notes sounding at each sixteenth. */
  private readonly sounding = new Uint16Array(soundingSpan);
  /** Onsets in each beat that the bar touches. */
  private readonly onsets = new Uint16Array(beatSpan);
  /** Bit n: something begins at position n. */
  private places = 0;
  /** Position of the last onset before the bar, < 0; that of the first bar's line at the start. */
  private onsetBefore = 0;
  private length = positionsPerBar;
  /** Sixteenths from a beat to the bar's line. */
  private offset = 0;
  /** What this was last loaded from, and what was done to it since: each a position and, for what sounds, a length. */
  private origin: BarTexture | undefined;
  private readonly strikes: number[] = [];
  private readonly holds: number[] = [];
  /** For each depth of a stack: how much was done, and {@link places} and {@link length} then. */
  private readonly remembered: number[] = [];
  /** So many entries of {@link holds} are counted in {@link sounding}; the others wait until somebody asks. */
  private counted = 0;
  /** The limits that the next two are for, of what this was loaded from. */
  private asked: Limits | undefined;
  /** {@link roomAt} each position, or -1. */
  private rooms: Int8Array | undefined;
  private dueBy = NaN;
  private dueFrom = NaN;

  /** Becomes a copy of another, which must not change from then on; quick when it comes back to the same one. */
  load(other: BarTexture): void {
    if (this.origin === other) this.undo(0, 0);
    else this.copy(other);
    this.places = other.places;
    this.length = other.length;
    this.origin = other;
  }

  clone(): BarTexture {
    const clone = new BarTexture();
    clone.copy(this);
    clone.places = this.places;
    clone.length = this.length;
    return clone;
  }

  private copy(other: BarTexture): void {
    this.sounding.set(other.sounding);
    this.onsets.set(other.onsets);
    this.onsetBefore = other.onsetBefore;
    this.offset = other.offset;
    this.strikes.length = this.holds.length = this.counted = 0;
    this.asked = undefined;
  }

  remember(depth: number): void {
    const { remembered } = this;
    const at = depth * 4;
    remembered[at] = this.origin === undefined ? -1 : this.strikes.length;
    remembered[at + 1] = this.holds.length;
    remembered[at + 2] = this.places;
    remembered[at + 3] = this.length;
  }

  /** Goes back to what was remembered since it was last loaded. Returns whether it can: not into an earlier bar. */
  returnTo(depth: number): boolean {
    const { remembered } = this;
    const at = depth * 4;
    if (this.origin === undefined || remembered[at] < 0) return false;
    this.undo(remembered[at], remembered[at + 1]);
    this.places = remembered[at + 2];
    if (this.length !== remembered[at + 3]) this.setLength(remembered[at + 3]);
    return true;
  }

  /** Leaves the first so many of the strikes and of what the holds hold. */
  private undo(strikes: number, holds: number): void {
    while (this.strikes.length > strikes) this.onsets[this.beatOf(this.strikes.pop() ?? 0)] -= 1;
    while (this.holds.length > holds) {
      const length = this.holds.pop() ?? 0;
      const position = this.holds.pop() ?? 0;
      if (this.counted <= this.holds.length) continue;
      this.addSounding(position, length, -1);
      this.counted = this.holds.length;
    }
  }

  private countHolds(): void {
    for (; this.counted < this.holds.length; this.counted += 2) {
      this.addSounding(this.holds[this.counted], this.holds[this.counted + 1], 1);
    }
  }

  /** For a meter said at the head of the bar. */
  setLength(length: number): void {
    this.length = length;
    this.asked = undefined;
  }

  nextBar(): void {
    const { length } = this;
    this.countHolds();
    this.origin = undefined;
    if (this.places !== 0) this.onsetBefore = 31 - Math.clz32(this.places);
    this.onsetBefore -= length;
    this.places = 0;
    this.sounding.copyWithin(0, length);
    this.sounding.fill(0, soundingSpan - length);
    const beats = Math.floor((this.offset + length) / sixteenthsPerBeat);
    this.offset = (this.offset + length) % sixteenthsPerBeat;
    this.onsets.copyWithin(0, beats);
    this.onsets.fill(0, beatSpan - beats);
  }

  strike(position: number): void {
    this.places |= 1 << position;
    this.onsets[this.beatOf(position)] += 1;
    if (this.origin !== undefined) this.strikes.push(position);
  }

  /** A melodic note sounds. */
  hold(position: number, length: number): void {
    if (this.origin === undefined) this.addSounding(position, length, 1);
    else this.holds.push(position, length);
  }

  /** Sixteenths that one more melodic note may last at a position. */
  roomAt(position: number, limits: Limits): number {
    if (limits.polyphony === Infinity) return longestDuration;
    if (this.origin === undefined || this.holds.length > 0) return this.measureRoom(position, limits);
    this.ask(limits);
    this.rooms ??= new Int8Array(positionsPerBar).fill(-1);
    if (this.rooms[position] < 0) this.rooms[position] = this.measureRoom(position, limits);
    return this.rooms[position];
  }

  private measureRoom(position: number, { polyphony }: Limits): number {
    this.countHolds();
    let at = position;
    while (at < position + longestDuration && this.sounding[at] < polyphony) at += 1;
    return at - position;
  }

  /** Forgets what was found out for other limits. */
  private ask(limits: Limits): void {
    if (this.asked === limits) return;
    this.asked = limits;
    this.rooms?.fill(-1);
    this.dueFrom = NaN;
  }

  canStrike(position: number, isDrums: boolean, limits: Limits): boolean {
    if (this.onsets[this.beatOf(position)] >= limits.mostOnsets) return false;
    return isDrums || this.roomAt(position, limits) >= limits.shortestNote;
  }

  /** Whether a track that chooses its program after `program` finds one, and a place for a note. */
  canStartTrack(program: number, limits: Limits, from: number): boolean {
    if (program < limits.highestProgram && this.hasPlace(false, limits, from)) return true;
    return limits.hasDrums && program < drumProgram && this.hasPlace(true, limits, from);
  }

  hasPlace(isDrums: boolean, limits: Limits, from: number): boolean {
    for (let position = from; position < this.length; position += 1) {
      if (this.canStrike(position, isDrums, limits)) return true;
    }
    return false;
  }

  /** Whether so many notes can come anywhere in the bar, and none has to. */
  hasRoomFor(notes: number, limits: Limits, from: number): boolean {
    if (this.deadline(limits, from) < this.length) return false;
    if (limits.mostOnsets !== Infinity) {
      for (let beat = 0; beat < beatSpan; beat += 1) if (this.onsets[beat] + notes > limits.mostOnsets) return false;
    }
    if (limits.polyphony === Infinity) return true;
    for (let at = 0; at < soundingSpan; at += 1) if (this.sounding[at] + notes > limits.polyphony) return false;
    return true;
  }

  /**
   * The last position at which the next onset may be; {@link length} and more when the bar asks for none. Nothing more can come before
   * `from`: what is overdue by then is due there.
   */
  deadline(limits: Limits, from: number): number {
    if (this.origin === undefined || this.strikes.length > 0) return this.findDeadline(limits, from);
    this.ask(limits);
    if (this.dueFrom !== from) this.dueBy = this.findDeadline(limits, from);
    this.dueFrom = from;
    return this.dueBy;
  }

  private findDeadline({ longestRest, fewestOnsets }: Limits, from: number): number {
    let latest = Infinity;
    if (longestRest !== Infinity) latest = Math.max(from, this.lastOfChain(longestRest, from) + longestRest);
    for (let beat = 0; fewestOnsets > 0 && (beat + 1) * sixteenthsPerBeat - this.offset <= this.length; beat += 1) {
      if (this.onsets[beat] >= fewestOnsets || (beat + 1) * sixteenthsPerBeat - this.offset <= from) continue;
      latest = Math.min(latest, (beat + 1) * sixteenthsPerBeat - this.offset - 1);
      break;
    }
    return latest;
  }

  /** Whether nothing more must come before the next bar line. */
  isFull(limits: Limits, from: number): boolean {
    return this.deadline(limits, from) >= this.length;
  }

  /** The last onset that is reached without too long a rest; one that it is too late to shorten does not count. */
  private lastOfChain(longestRest: number, from: number): number {
    let last = this.onsetBefore;
    for (let left = this.places; left !== 0; left &= left - 1) {
      const position = 31 - Math.clz32(left & -left);
      if (position - last > longestRest && position > from) break;
      last = position;
    }
    return last;
  }

  private addSounding(position: number, length: number, count: number): void {
    const end = Math.min(soundingSpan, position + length);
    for (let at = position; at < end; at += 1) this.sounding[at] += count;
  }

  private beatOf(position: number): number {
    return (this.offset + position) >> 2;
  }
}
