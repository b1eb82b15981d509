import { drumChannel, endBeat, type Note } from '../../../engine/music/note.js';
import type { TickNote } from '../../../engine/music/tick-score.js';
import { BeatCells } from './beat-cells.js';
import { CellWriter } from './cell-writer.js';
import type { Codebook } from './codebook.js';
import { silent, type BeatState } from './grammar-state.js';
import { notesOnGrid, type FrameNotes } from './note-frames.js';
import type { BeatKmeansOptions } from './options.js';
import { runsOf, type Pattern } from './pattern.js';
import type { VelocityCodec } from './velocity-codec.js';
import { firstVelocity, framesOfCode, framesPerBeat, isCode, isVelocity } from './vocabulary.js';

/** The ids that tell forced notes of one key in one beat. */
export interface ForcedCell {
  readonly pitch: number;
  readonly codes: readonly number[];
  /** What the codes say. */
  readonly pattern: Pattern;
  /** -1 where there are no velocities. */
  readonly velocity: number;
  readonly onsets: number;
  /** Frame of the beat; -1 where nothing is struck. */
  readonly firstOnset: number;
  /** Frame at which the note began that is held into the beat; -1 where none is. */
  readonly heldSince: number;
}

interface ForcedBeat {
  readonly cells: readonly ForcedCell[];
  /** Keys of notes that end where the beat begins, and the frames at which those began. */
  readonly ended: readonly { readonly pitch: number; readonly since: number }[];
}

/** Ticks of the score that forced notes are put on the grid with: fine enough to round as the beats themselves would. */
const ticksPerBeat = framesPerBeat * 1024;
const nothing: ForcedBeat = { cells: [], ended: [] };

/** Tells the cells that forced notes ask for, and remembers those of the last beat asked for. */
export class ForcedCells {
  private lastNotes: readonly Note[] | undefined;
  private lastBeat = -1;
  private last = nothing;

  constructor(
    private readonly codebook: Codebook,
    private readonly velocities: VelocityCodec | undefined,
    private readonly part: BeatKmeansOptions['part'],
  ) {}

  /** The cells still to come in the present beat, from the lowest key up; a note that began unheard asks for nothing. */
  ahead(notes: readonly Note[], state: BeatState): readonly ForcedCell[] {
    return this.ofBeat(notes, state.beat).cells.filter((cell) => cell.pitch > state.pitch && isDue(cell, state));
  }

  /** The cell of the present key, if it is forced. */
  here(notes: readonly Note[], state: BeatState): ForcedCell | undefined {
    const cell = this.ofBeat(notes, state.beat).cells.find(({ pitch }) => pitch === state.pitch);
    return cell !== undefined && (state.phase === 'velocity' || isDue(cell, state)) ? cell : undefined;
  }

  /** The state without the forced notes that end with the beat before: nothing may hold them on. */
  released(notes: readonly Note[], state: BeatState): BeatState {
    const ended = this.ofBeat(notes, state.beat).ended.filter(({ pitch, since }) => state.since[pitch] === since);
    if (ended.length === 0) return state;
    const since = state.since.slice();
    for (const { pitch } of ended) since[pitch] = silent;
    const isHere = ended.some(({ pitch }) => pitch === state.pitch) && state.phase === 'code' && state.fill === 0;
    return { ...state, since, cellSince: isHere ? silent : state.cellSince };
  }

  private ofBeat(notes: readonly Note[], beat: number): ForcedBeat {
    if (notes !== this.lastNotes || beat !== this.lastBeat) {
      this.lastNotes = notes;
      this.lastBeat = beat;
      this.last = this.tell(notes, beat);
    }
    return this.last;
  }

  private tell(notes: readonly Note[], beat: number): ForcedBeat {
    const near = notes.filter((note) => note.beat < beat + 2 && endBeat(note) > beat - 1 && note.beat >= 0 && this.isOfPart(note));
    if (near.length === 0) return nothing;
    const origin = Math.floor(near.reduce((earliest, note) => Math.min(earliest, note.beat), beat));
    const grid = notesOnGrid({ ticksPerBeat, tracks: [near.map((note) => toTicks(note, origin, beat + 2))] }, 'all');
    return { cells: this.tellCells(grid, origin, beat), ended: tellEnded(grid, origin, beat) };
  }

  private isOfPart({ channel }: Note): boolean {
    return this.part === 'all' || (channel === drumChannel) === (this.part === 'drums');
  }

  private tellCells(grid: FrameNotes, origin: number, beat: number): ForcedCell[] {
    const cells = new BeatCells(grid);
    const writer = new CellWriter(this.codebook, this.velocities);
    const from = (beat - origin) * framesPerBeat;
    const forced: ForcedCell[] = [];
    for (let each = origin; each <= beat; each += 1) {
      cells.visitBeat(each - origin, (cell) => {
        const ids: number[] = [];
        writer.write(cell, (id) => ids.push(id));
        if (each < beat) return;
        const last = ids.at(-1) as number;
        const pattern = this.codebook.joined(ids.filter(isCode));
        const held = grid.pitch.findIndex((pitch, at) => pitch === cell.pitch && grid.start[at] < from && grid.end[at] > from);
        forced.push({
          pitch: cell.pitch,
          codes: ids.filter(isCode),
          pattern,
          velocity: isVelocity(last) ? last - firstVelocity : -1,
          onsets: cell.onsets,
          firstOnset: runsOf(pattern, framesPerBeat).find((run) => !run.held)?.start ?? -1,
          heldSince: held < 0 ? -1 : grid.start[held] + origin * framesPerBeat,
        });
      });
    }
    return forced;
  }
}

function tellEnded(grid: FrameNotes, origin: number, beat: number): ForcedBeat['ended'] {
  const from = (beat - origin) * framesPerBeat;
  const ended: { pitch: number; since: number }[] = [];
  grid.end.forEach((end, at) => {
    if (end === from) ended.push({ pitch: grid.pitch[at], since: grid.start[at] + origin * framesPerBeat });
  });
  return ended;
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
