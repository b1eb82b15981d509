import type { BeatGrid } from './beat-grid.js';
import { forbidden, type FieldChoice } from './field-choice.js';
import { durationOf, pitchOf, stepOf, velocityOf } from './note-character.js';
import type { OnsetRange } from './onset-range.js';
import type { PieceProfiles } from './piece-profiles.js';

/** Rows of {@link PieceProfiles} with the ids and biases they are allowed with; rows rise, and so do their first steps. */
export interface PieceList {
  readonly rows: Int32Array;
  readonly ids: Int32Array;
  readonly biases: Float32Array;
  /** Rows whose first step is below s end before `ends[s]`, s 0..64. */
  readonly ends: Int32Array;
}

/** Lists kept for places in the beat. */
const mostLists = 64;

/** The pieces one constraint leaves, in lists made once and looked up. */
export class PieceChoice {
  readonly everywhere: PieceList;
  /** By id: 1 where the piece is in `everywhere`. */
  readonly isAllowed: Uint8Array;
  private readonly lists = new Map<number, PieceList>();

  constructor(
    private readonly profiles: PieceProfiles,
    private readonly fields: FieldChoice,
    maximumPolyphony: number,
    vocabularySize: number,
  ) {
    const biases = new Float32Array(profiles.count);
    const rows: number[] = [];
    for (let row = 0; row < profiles.count; row += 1) {
      const bias = profiles.peaks[row] <= maximumPolyphony ? this.biasOf(row) : forbidden;
      biases[row] = bias;
      if (bias !== forbidden) rows.push(row);
    }
    this.everywhere = this.listOf(Int32Array.from(rows), (row) => biases[row]);
    this.isAllowed = new Uint8Array(vocabularySize);
    for (const id of this.everywhere.ids) this.isAllowed[id] = 1;
  }

  /** Those that keep the number of onsets in each beat, when put at `position` with so many onsets in its beat before. */
  withOnsets(range: OnsetRange, grid: BeatGrid, position: number, onsetsInBeat: number): PieceList {
    const phase = position - grid.firstStepOf(grid.beatOf(position));
    const onsets = Math.min(onsetsInBeat, Math.max(range.most, range.fewest));
    const key = phase * 256 + Math.min(255, onsets);
    const known = grid.isWhole ? this.lists.get(key) : undefined;
    if (known !== undefined) return known;
    const { rows, biases } = this.everywhere;
    const kept = Array.from(rows.keys()).filter((index) => this.keepsOnsets(rows[index], range, grid, position, onsets));
    const biasOfRow = new Map(kept.map((index) => [rows[index], biases[index]]));
    const list = this.listOf(Int32Array.from(kept, (index) => rows[index]), (row) => biasOfRow.get(row) as number);
    if (this.lists.size >= mostLists) this.lists.clear();
    if (grid.isWhole) this.lists.set(key, list);
    return list;
  }

  private keepsOnsets(row: number, range: OnsetRange, grid: BeatGrid, from: number, before: number): boolean {
    const { notes, noteStart } = this.profiles;
    let position = from;
    let onsets = before;
    for (let index = noteStart[row]; index < noteStart[row + 1]; index += 1) {
      const beat = grid.beatOf(position);
      position += stepOf(notes[index]);
      const passed = grid.beatOf(position) - beat;
      if (passed > 0) {
        if (onsets < range.fewest || (passed > 1 && range.fewest > 0)) return false;
        onsets = 0;
      }
      onsets += 1;
      if (onsets > range.most) return false;
    }
    return true;
  }

  /** The sum over its notes. The first step is left to where the piece is put. */
  private biasOf(row: number): number {
    const { notes, noteStart } = this.profiles;
    const { velocities, durations, pitches, longestStep } = this.fields;
    let bias = 0;
    for (let index = noteStart[row]; index < noteStart[row + 1]; index += 1) {
      const note = notes[index];
      if (velocities[velocityOf(note)] === 0 || durations[durationOf(note)] === 0) return forbidden;
      if (index > noteStart[row] && stepOf(note) > longestStep) return forbidden;
      bias += pitches[pitchOf(note)];
    }
    return bias;
  }

  private listOf(rows: Int32Array, biasOf: (row: number) => number): PieceList {
    const ends = new Int32Array(65).fill(rows.length);
    let index = 0;
    for (let step = 0; step <= 64; step += 1) {
      while (index < rows.length && rows[index] < this.profiles.rowOfStep[step]) index += 1;
      ends[step] = index;
    }
    return {
      rows,
      ids: Int32Array.from(rows, (row) => this.profiles.ids[row]),
      biases: Float32Array.from(rows, biasOf),
      ends,
    };
  }
}
