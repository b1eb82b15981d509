import type { BeatGrid } from './beat-grid.js';
import { forbidden, type FieldChoice } from './field-choice.js';
import { durationOf, pitchOf, stepOf, velocityOf } from './note-character.js';
import type { OnsetRange } from './onset-range.js';
import { PieceList } from './piece-list.js';
import type { PieceProfiles } from './piece-profiles.js';

/** Lists kept for places in the beat. */
const mostLists = 192;

/** The pieces one constraint leaves, in lists made once and looked up. */
export class PieceChoice {
  readonly everywhere: PieceList;
  /** By id: 1 where the piece is in `everywhere`. */
  readonly isAllowed: Uint8Array;
  private readonly biasOfRow: Float32Array;
  private readonly lastingOfRow: Int32Array;
  private readonly lists = new Map<number, PieceList>();

  /** @param maximumPolyphony Infinity where any number of notes may sound */
  constructor(
    private readonly profiles: PieceProfiles,
    private readonly fields: FieldChoice,
    maximumPolyphony: number,
    vocabularySize: number,
  ) {
    const { shapes, shapeOfRow, count } = profiles;
    this.biasOfRow = new Float32Array(count);
    this.lastingOfRow = new Int32Array(count);
    const rows: number[] = [];
    for (let row = 0; row < count; row += 1) {
      const isTooFull = shapes[shapeOfRow[row]].reached.length > maximumPolyphony;
      this.biasOfRow[row] = isTooFull ? forbidden : this.biasOf(row);
      if (this.biasOfRow[row] === forbidden) continue;
      if (maximumPolyphony !== Infinity) this.lastingOfRow[row] = profiles.lasting(row, fields.longestStep);
      rows.push(row);
    }
    if (maximumPolyphony !== Infinity) {
      rows.sort((a, b) => shapeOfRow[a] - shapeOfRow[b] || this.lastingOfRow[a] - this.lastingOfRow[b] || a - b);
    }
    this.everywhere = this.listOf(Int32Array.from(rows));
    this.isAllowed = new Uint8Array(vocabularySize);
    for (const id of this.everywhere.ids) this.isAllowed[id] = 1;
  }

  /** Those that keep the number of onsets in each beat, when put at `position` with so many onsets in its beat before. */
  withOnsets(range: OnsetRange, grid: BeatGrid, position: number, onsetsInBeat: number): PieceList {
    const phase = position - grid.firstStepOf(grid.beatOf(position));
    const onsets = Math.min(onsetsInBeat, range.most);
    const key = phase * 256 + Math.min(255, onsets);
    const known = grid.isWhole ? this.lists.get(key) : undefined;
    if (known !== undefined) return known;
    const list = this.listOf(this.everywhere.rows.filter((row) => this.keepsOnsets(row, range, grid, position, onsets)));
    if (this.lists.size >= mostLists) this.lists.clear();
    if (grid.isWhole) this.lists.set(key, list);
    return list;
  }

  private keepsOnsets(row: number, range: OnsetRange, grid: BeatGrid, from: number, before: number): boolean {
    const { notes, noteStart } = this.profiles;
    const end = noteStart[row + 1];
    let beat = grid.beatOf(from);
    let nextBeat = grid.firstStepOf(beat + 1);
    let position = from;
    let onsets = before;
    for (let index = noteStart[row]; index < end; index += 1) {
      position += stepOf(notes[index]);
      if (position >= nextBeat) {
        const passed = grid.beatOf(position) - beat;
        if (onsets < range.fewest || (passed > 1 && range.fewest > 0)) return false;
        beat += passed;
        nextBeat = grid.firstStepOf(beat + 1);
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

  private listOf(rows: Int32Array): PieceList {
    return new PieceList(rows, this.profiles, this.biasOfRow, this.lastingOfRow);
  }
}
