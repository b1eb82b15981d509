import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import { noPitch, type PieceProfiles, type PieceShape } from './piece-profiles.js';
import type { StepWindow } from './step-window.js';
import type { VoiceRooms } from './voice-rooms.js';

/** Neighbours in a list that fit into the same places. */
interface Group {
  readonly shape: PieceShape;
  /** Notes that still sound the longest step after the last onset. */
  readonly lasting: number;
  /** Index behind the last. */
  readonly end: number;
}

/** What a piece must keep to besides its first step. */
export interface Fit {
  /** Steps to the last onset, at most. */
  readonly longestSpan: number;
  readonly rooms: VoiceRooms | undefined;
}

const anywhere: Fit = { longestSpan: Infinity, rooms: undefined };

/** Pieces with the biases they are allowed with, in groups, so that a whole group is looked at with one look. */
export class PieceList {
  readonly ids: Int32Array;
  private readonly biases: Float32Array;
  private readonly groups: readonly Group[];
  /** The groups whose first step is below s end before `groupOfStep[s]`, s 0..64. */
  private readonly groupOfStep: Int32Array;
  /** By pitch: index behind the pieces that strike it, or a lower one, where they are put. */
  private readonly endOfPitch = new Int32Array(noPitch);
  private readonly mostLasting: number;
  private readonly longestSpan: number;

  /** @param rows of the profiles, in the order of shapes; within one by `lasting` */
  constructor(
    readonly rows: Int32Array,
    profiles: PieceProfiles,
    biasOfRow: Float32Array,
    lastingOfRow: Int32Array,
  ) {
    this.ids = rows.map((row) => profiles.ids[row]);
    this.biases = new Float32Array(rows.length);
    for (let index = 0; index < rows.length; index += 1) this.biases[index] = biasOfRow[rows[index]];
    const groups: Group[] = [];
    for (let index = 0; index < rows.length; ) {
      const shape = profiles.shapeOfRow[rows[index]];
      const lasting = lastingOfRow[rows[index]];
      while (index < rows.length && profiles.shapeOfRow[rows[index]] === shape && lastingOfRow[rows[index]] === lasting) index += 1;
      groups.push({ shape: profiles.shapes[shape], lasting, end: index });
    }
    this.groups = groups;
    this.groupOfStep = new Int32Array(65);
    for (let step = 0, group = 0; step <= 64; step += 1) {
      while (group < groups.length && groups[group].shape.firstStep < step) group += 1;
      this.groupOfStep[step] = group;
    }
    for (let pitch = 0, group = 0, end = 0; pitch < noPitch; pitch += 1) {
      for (; group < groups.length && groups[group].shape.pitchHere <= pitch; group += 1) end = groups[group].end;
      this.endOfPitch[pitch] = end;
    }
    this.mostLasting = groups.reduce((most, { lasting }) => Math.max(most, lasting), 0);
    this.longestSpan = groups.reduce((longest, { shape }) => Math.max(longest, shape.span), 0);
  }

  /** Adds those whose first step is in the window and that fit. `struck`: pitches not to begin with here, ascending, once each. */
  addTo(allowed: AllowedTokens, { low, high }: StepWindow, fit = anywhere, struck: readonly number[] = []): void {
    const first = this.groupOfStep[low];
    const last = this.groupOfStep[high + 1];
    if (this.isRoomyFor(fit)) {
      this.copyBetween(first === 0 ? 0 : this.groups[first - 1].end, last === 0 ? 0 : this.groups[last - 1].end, struck, allowed);
      return;
    }
    let runStart = -1;
    let end = first === 0 ? 0 : this.groups[first - 1].end;
    for (let index = first; index < last; index += 1) {
      const group = this.groups[index];
      const isIn = fits(group, fit) && !(group.shape.firstStep === 0 && struck.includes(group.shape.pitchHere));
      if (isIn && runStart < 0) runStart = end;
      if (!isIn && runStart >= 0) {
        this.copy(runStart, end, allowed);
        runStart = -1;
      }
      end = group.end;
    }
    if (runStart >= 0) this.copy(runStart, end, allowed);
  }

  private isRoomyFor({ longestSpan, rooms }: Fit): boolean {
    if (longestSpan < this.longestSpan) return false;
    return rooms === undefined || (rooms.freeVoices === rooms.stepsToRoom.length && rooms.lastingNotes >= this.mostLasting);
  }

  /** Leaves out what begins with the struck pitches: one stretch each, and nothing of what moves time on first. */
  private copyBetween(from: number, to: number, struck: readonly number[], allowed: AllowedTokens): void {
    let next = from;
    for (const pitch of struck) {
      const start = pitch === 0 ? 0 : this.endOfPitch[pitch - 1];
      if (start < next) continue;
      this.copy(next, start, allowed);
      next = this.endOfPitch[pitch];
    }
    this.copy(next, to, allowed);
  }

  private copy(from: number, to: number, allowed: AllowedTokens): void {
    const { ids, biases } = this;
    if (to - from > 64) {
      allowed.ids.set(ids.subarray(from, to), allowed.count);
      allowed.biases.set(biases.subarray(from, to), allowed.count);
      allowed.count += to - from;
      return;
    }
    let { count } = allowed;
    for (let index = from; index < to; index += 1) {
      allowed.ids[count] = ids[index];
      allowed.biases[count] = biases[index];
      count += 1;
    }
    allowed.count = count;
  }
}

function fits({ shape, lasting }: Group, { longestSpan, rooms }: Fit): boolean {
  if (shape.span > longestSpan) return false;
  if (rooms === undefined) return true;
  if (lasting > rooms.lastingNotes) return false;
  const { reached } = shape;
  for (let index = rooms.freeVoices; index < reached.length; index += 1) if (reached[index] < rooms.stepsToRoom[index]) return false;
  return true;
}
