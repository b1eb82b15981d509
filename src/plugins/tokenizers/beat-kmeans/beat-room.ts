import type { ForcedCell } from './forced-cells.js';
import { silent, type BeatState } from './grammar-state.js';
import type { Limits } from './limits.js';
import { hasSustain } from './pattern.js';
import { framesPerBeat } from './vocabulary.js';

/**
 * What the rest of a beat leaves room for: keys that must go on sounding, onsets, frames that are not full. Made for one
 * state; holds nothing of it but numbers.
 */
export class BeatRoom {
  /** Frame of the stream at which the beat begins. */
  readonly start: number;
  /** The lowest key to come that a cell must be told for: forced, or held and still too short. 128 for none. */
  readonly nextDue: number;
  /** Onsets that still may come, those of forced notes to come set aside. */
  readonly onsetsLeft: number;
  /** Onsets that still must come. */
  readonly onsetsWanted: number;
  /** Frame of the beat from which on something may begin; 48 where nothing may. */
  readonly from: number;
  /** Last frame of the beat by which an onset must come; -1 where none must. */
  readonly deadline: number;
  private readonly sounding: Uint8Array;
  private starts: Uint8Array | undefined;

  constructor(
    state: BeatState,
    private readonly limits: Limits,
    forced: readonly ForcedCell[],
  ) {
    this.start = state.beat * framesPerBeat;
    const forcedOnsets = forced.reduce((sum, cell) => sum + cell.onsets, 0);
    this.from = Math.min(framesPerBeat, Math.max(0, limits.earliest - this.start));
    this.onsetsLeft = limits.mostOnsets - state.onsets - forcedOnsets;
    this.deadline = deadline(state, limits, this.start, forced);
    // Of a beat that is past in part nobody asks how full it is.
    const fewestOnsets = this.from === 0 ? limits.fewestOnsets : 0;
    this.onsetsWanted = Math.max(fewestOnsets - state.onsets - forcedOnsets, this.deadline >= 0 ? 1 - forcedOnsets : 0);
    const mustHold = limits.shortest > 1 ? keysTooShort(state, limits, this.start) : [];
    this.nextDue = Math.min(forced[0]?.pitch ?? 128, mustHold[0] ?? 128);
    this.sounding = limits.polyphony === Infinity ? state.sounding : state.sounding.slice();
    if (limits.polyphony === Infinity) return;
    for (const { pattern } of forced) this.reserve((frame) => hasSustain(pattern, frame));
    for (const pitch of mustHold) {
      const until = limits.shortest - (this.start - state.since[pitch]);
      this.reserve((frame) => frame < until);
    }
  }

  /** Whether one more key may sound in this frame of the beat. */
  isFree(frame: number): boolean {
    return this.sounding[frame] < this.limits.polyphony;
  }

  /** Whether one more key may sound in so many frames from `frame` on, or to the end of the beat. */
  isFreeFor(frame: number, frames: number): boolean {
    if (this.limits.polyphony === Infinity) return true;
    for (let each = frame; each < Math.min(framesPerBeat, frame + frames); each += 1) if (!this.isFree(each)) return false;
    return true;
  }

  /** The first frame from `frame` on at which a note can begin that is long enough or reaches the next beat; 48 for none. */
  nextStart(frame: number): number {
    const first = Math.min(framesPerBeat, Math.max(frame, this.from));
    if (this.limits.polyphony === Infinity) return first;
    if (this.starts === undefined) this.starts = this.findStarts();
    return this.starts[first];
  }

  /** Whether a note can begin in the beat. */
  hasRoomForNote(): boolean {
    return this.onsetsLeft >= 1 && this.nextStart(0) < framesPerBeat;
  }

  private findStarts(): Uint8Array {
    const starts = new Uint8Array(framesPerBeat + 1).fill(framesPerBeat);
    let free = 0;
    for (let frame = framesPerBeat - 1; frame >= 0; frame -= 1) {
      free = this.isFree(frame) ? free + 1 : 0;
      const isStart = free > 0 && (free >= this.limits.shortest || frame + free === framesPerBeat);
      starts[frame] = isStart ? frame : starts[frame + 1];
    }
    return starts;
  }

  private reserve(isTaken: (frame: number) => boolean): void {
    for (let frame = 0; frame < framesPerBeat; frame += 1) if (isTaken(frame)) this.sounding[frame] += 1;
  }
}

function deadline(state: BeatState, { longestRest, earliest }: Limits, start: number, forced: readonly ForcedCell[]): number {
  const latest = Math.max(start, state.lastOnset + longestRest, earliest);
  if (latest >= start + framesPerBeat || (state.firstHere >= 0 && state.firstHere <= latest)) return -1;
  const isKept = forced.some(({ firstOnset }) => firstOnset >= 0 && start + firstOnset <= latest);
  return isKept ? -1 : latest - start;
}

function keysTooShort(state: BeatState, { shortest }: Limits, start: number): number[] {
  const keys: number[] = [];
  for (let pitch = state.pitch + 1; pitch < 128; pitch += 1) {
    if (state.since[pitch] !== silent && start - state.since[pitch] < shortest) keys.push(pitch);
  }
  return keys;
}
