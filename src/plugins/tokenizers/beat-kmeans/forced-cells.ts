import { endBeat, type Note } from '../../../engine/music/note.js';
import type { TickNote } from '../../../engine/music/tick-score.js';
import { BeatCells } from './beat-cells.js';
import { CellWriter } from './cell-writer.js';
import type { Codebook } from './codebook.js';
import type { BeatState } from './grammar-state.js';
import { notesOnGrid } from './note-frames.js';
import { firstVelocity, framesOfCode, framesPerBeat, isCode, isVelocity } from './vocabulary.js';

/** The ids that tell forced notes of one key in one beat. */
export interface ForcedCell {
  readonly pitch: number;
  readonly codes: readonly number[];
  /** -1 where there are no velocities. */
  readonly velocity: number;
  readonly onsets: number;
  /** Frame at which the note began that is held into the beat; -1 where none is. */
  readonly heldSince: number;
}

/** Ticks of the score that forced notes are put on the grid with: fine enough to round as the beats themselves would. */
const ticksPerBeat = framesPerBeat * 1024;
const none: readonly ForcedCell[] = [];

/** Tells the cells that forced notes ask for, and remembers those of the last beat asked for. */
export class ForcedCells {
  private lastNotes: readonly Note[] | undefined;
  private lastBeat = -1;
  private lastCells: readonly ForcedCell[] = none;

  constructor(
    private readonly codebook: Codebook,
    private readonly withVelocity: boolean,
  ) {}

  /** The cells still to come in the present beat, from the lowest key up; a note that began unheard asks for nothing. */
  ahead(notes: readonly Note[] | undefined, state: BeatState): readonly ForcedCell[] {
    if (notes === undefined || notes.length === 0 || state.beat < 0) return none;
    const cells = this.ofBeat(notes, state.beat);
    return cells.length === 0 ? none : cells.filter((cell) => cell.pitch > state.pitch && isDue(cell, state));
  }

  /** The cell of the present key, if it is forced. */
  here(notes: readonly Note[] | undefined, state: BeatState): ForcedCell | undefined {
    if (notes === undefined || notes.length === 0) return undefined;
    const cell = this.ofBeat(notes, state.beat).find(({ pitch }) => pitch === state.pitch);
    return cell !== undefined && (state.phase === 'velocity' || isDue(cell, state)) ? cell : undefined;
  }

  private ofBeat(notes: readonly Note[], beat: number): readonly ForcedCell[] {
    if (notes !== this.lastNotes || beat !== this.lastBeat) {
      this.lastNotes = notes;
      this.lastBeat = beat;
      this.lastCells = this.cellsOf(notes, beat);
    }
    return this.lastCells;
  }

  private cellsOf(notes: readonly Note[], beat: number): ForcedCell[] {
    const near = notes.filter((note) => note.beat < beat + 2 && endBeat(note) > beat - 1 && note.beat >= 0);
    if (near.length === 0) return [];
    const origin = Math.floor(near.reduce((earliest, note) => Math.min(earliest, note.beat), beat));
    const grid = notesOnGrid({ ticksPerBeat, tracks: [near.map((note) => toTicks(note, origin, beat + 2))] }, 'all');
    const cells = new BeatCells(grid);
    const writer = new CellWriter(this.codebook, this.withVelocity);
    const forced: ForcedCell[] = [];
    for (let each = origin; each <= beat; each += 1) {
      cells.visitBeat(each - origin, (cell) => {
        const ids: number[] = [];
        writer.write(cell, (id) => ids.push(id));
        if (each < beat) return;
        const velocity = ids.at(-1) as number;
        const from = (beat - origin) * framesPerBeat;
        const held = grid.pitch.findIndex((pitch, at) => pitch === cell.pitch && grid.start[at] < from && grid.end[at] > from);
        forced.push({
          pitch: cell.pitch,
          codes: ids.filter(isCode),
          velocity: isVelocity(velocity) ? velocity - firstVelocity : -1,
          onsets: cell.onsets,
          heldSince: held < 0 ? -1 : grid.start[held] + origin * framesPerBeat,
        });
      });
    }
    return forced;
  }
}

/** The code of a forced cell that begins where the state stands; `undefined` when its codes do not part there. */
export function forcedCodeAt({ codes }: ForcedCell, fill: number): number | undefined {
  let at = 0;
  for (const code of codes) {
    if (at === fill) return code;
    at += framesOfCode(code);
  }
  return undefined;
}

/** A cell that goes on with a note is due only where that note sounds. */
function isDue({ pitch, heldSince }: ForcedCell, { since }: BeatState): boolean {
  return heldSince < 0 || since[pitch] === heldSince;
}

/** @param until a beat by which notes are cut, past what is looked at. */
function toTicks(note: Note, origin: number, until: number): TickNote {
  const tick = Math.round((note.beat - origin) * ticksPerBeat);
  const end = Math.round((Math.min(until, endBeat(note)) - origin) * ticksPerBeat);
  return { type: 'note', tick, duration: Math.max(1, end - tick), channel: 0, pitch: note.pitch, velocity: note.velocity };
}
