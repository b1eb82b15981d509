import { stepOf, withoutStep } from './note-character.js';
import type { PieceProfiles } from './piece-profiles.js';

const none: readonly number[] = [];

/** Which pieces hold a note at which distance from where they are put. Made when it is first asked for. */
export class NoteHolders {
  private rows: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(private readonly profiles: PieceProfiles) {}

  /** Rows of the profiles, some of them twice. @param note a character without its step @param distance in steps */
  rowsWith(note: number, distance: number): readonly number[] {
    this.rows ??= this.index();
    return this.rows.get(keyOf(note, distance)) ?? none;
  }

  private index(): Map<number, number[]> {
    const { count, notes, noteStart } = this.profiles;
    const result = new Map<number, number[]>();
    for (let row = 0; row < count; row += 1) {
      let distance = 0;
      for (let index = noteStart[row]; index < noteStart[row + 1]; index += 1) {
        distance += stepOf(notes[index]);
        const key = keyOf(withoutStep(notes[index]), distance);
        const rows = result.get(key);
        if (rows === undefined) result.set(key, [row]);
        else rows.push(row);
      }
    }
    return result;
  }
}

/** Distances of pieces are far below 4096 steps, notes below 2^20. */
function keyOf(note: number, distance: number): number {
  return distance * 0x100000 + note;
}
