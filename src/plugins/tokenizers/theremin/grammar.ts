import type { AllowedTokens, Grammar, GrammarState, TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { BeatGrid } from './beat-grid.js';
import { ConstraintTables, type ConstraintTable } from './constraint-table.js';
import { forbidden } from './field-choice.js';
import type { ForcedOnset } from './forced-notes.js';
import { afterNotes, initialState, type ThereminState } from './grammar-state.js';
import { durationOf, largestDuration, largestStep, pitchOf, stepOf, velocityOf, withoutStep } from './note-character.js';
import type { NoteScale } from './note-scale.js';
import type { PieceList } from './piece-choice.js';
import { PieceProfiles } from './piece-profiles.js';
import type { PieceTable } from './piece-table.js';
import { allowBytes } from './spelling.js';
import { stepsToRooms, stepWindow, type StepWindow } from './step-window.js';

const attributes: readonly TokenAttribute[] = ['event', 'pitch', 'duration', 'time'];
const leadBits = 0x07;
const followingBits = 0x3f;

/**
 * Whole notes without end: pieces that hold notes and nothing else, and notes spelled in four bytes where the model has
 * bytes. A piece is allowed when every note in it is; its bias is the sum of theirs. After 64 notes at one onset time
 * must move on. The end may come where `eventKinds` names `end`.
 *
 * What gives way when nothing would be left: see {@link stepWindow} for when a note comes and `chooseFields` for what
 * it is. Forced notes go before everything. With a model without bytes they come only where a piece holds them, and
 * where no piece keeps a constraint, first places in time give way, then all else.
 *
 * Everything that hangs on the constraint alone is looked up in tables made when it is first seen.
 */
export class ThereminGrammar implements Grammar {
  private readonly grid: BeatGrid;
  /** Steps that each duration number lasts. */
  private readonly lengths: Float64Array;
  private readonly profiles: PieceProfiles;
  private readonly tables: ConstraintTables;
  /** Rows of the profiles by the notes in them, steps left out. */
  private rowsOfNote: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(
    private readonly table: PieceTable,
    scale: NoteScale,
    private readonly end: number,
  ) {
    this.grid = new BeatGrid(1 / scale.stepBeats);
    this.lengths = Float64Array.from({ length: largestDuration + 1 }, (_, number) => scale.durationBeats(number) / scale.stepBeats);
    this.profiles = new PieceProfiles(table, this.lengths);
    this.tables = new ConstraintTables(scale, this.profiles, table.size);
  }

  initial(): ThereminState {
    return initialState;
  }

  /** Takes every piece between notes, also ones that `allow` would not offer and that say nothing. */
  advance(state: GrammarState, token: number): ThereminState {
    const now = state as ThereminState;
    if (!Number.isInteger(token) || token < 0 || token >= this.table.size) {
      throw new ContinuoError('badTokens', `Id ${token} is outside the vocabulary, 0 to ${this.table.size - 1}.`);
    }
    const byte = this.table.byteOf(token);
    const fits = now.bytesDue > 0 ? byte >> 6 === 2 : byte < 0 || (byte >= 0xf1 && byte <= 0xf3);
    if (!fits) {
      const due = now.bytesDue > 0 ? `byte ${5 - now.bytesDue} of a note` : 'a note';
      throw new ContinuoError('badTokens', `Id ${token} (${this.table.model.pieces[token].text}) stands where ${due} is due.`);
    }
    if (byte < 0) {
      const notes = this.table.notesOf(token);
      return notes.length === 0 ? now : afterNotes(now, notes, this.grid, this.lengths);
    }
    if (now.bytesDue === 0) return { ...now, bytesDue: 3, bits: byte & leadBits };
    const bits = (now.bits << 6) | (byte & followingBits);
    if (now.bytesDue > 1) return { ...now, bytesDue: now.bytesDue - 1, bits };
    return afterNotes(now, Int32Array.of(bits), this.grid, this.lengths);
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const now = state as ThereminState;
    const table = this.tables.of(constraint);
    allowed.clear();
    const { maximumPolyphony, onsets, fields } = table;
    const rooms = maximumPolyphony === undefined ? undefined : stepsToRooms(now.ends, now.position, maximumPolyphony);
    const window = stepWindow(now, this.grid, { longestStep: fields.longestStep, onsets, stepsToRoom: rooms?.[0] ?? 0 });
    const forced = table.forced?.next(now);
    const forcedNear = forced !== undefined && forced.distance <= largestStep ? forced : undefined;
    if (forced !== undefined) window.high = forced.distance === 0 ? -1 : Math.min(window.high, forced.distance);
    if (now.bytesDue === 0) {
      this.addPieces(now, table, window, rooms, forced?.distance ?? Infinity, allowed);
      if (forcedNear !== undefined) this.addForcedPieces(now, table, forcedNear, allowed);
    }
    if (this.table.canSpell) {
      const characters = forcedNear?.notes.map((note) => note | (forcedNear.distance << 12)) ?? [];
      allowBytes(now, { fields, window, forced: characters }, this.table, allowed);
    }
    if (allowed.count === 0) this.giveWay(table, window, allowed);
    if (table.mayEnd && now.bytesDue === 0) allowed.add(this.end);
  }

  attribute(state: GrammarState): TokenAttribute {
    return attributes[(state as ThereminState).bytesDue];
  }

  private addPieces(
    state: ThereminState,
    { pieces, onsets }: ConstraintTable,
    window: StepWindow,
    rooms: Float64Array | undefined,
    longestSpan: number,
    allowed: AllowedTokens,
  ): void {
    if (window.low > window.high) return;
    const list = onsets === undefined ? pieces.everywhere : pieces.withOnsets(onsets, this.grid, state.position, state.onsetsInBeat);
    const firstScarce = rooms === undefined ? -1 : rooms.findIndex((steps) => steps > 0);
    if (firstScarce < 0 && longestSpan >= this.profiles.longestSpan) copyWindow(list, window, allowed);
    else this.addFitting(list, window, firstScarce < 0 ? undefined : rooms, firstScarce + 1, longestSpan, allowed);
  }

  /** @param scarce from how many notes at once on there may be no room yet */
  private addFitting(
    list: PieceList,
    window: StepWindow,
    rooms: Float64Array | undefined,
    scarce: number,
    longestSpan: number,
    allowed: AllowedTokens,
  ): void {
    const { spans, peaks, reached, noteStart } = this.profiles;
    const { rows, ids, biases } = list;
    let { count } = allowed;
    const last = list.ends[window.high + 1];
    for (let index = list.ends[window.low]; index < last; index += 1) {
      const row = rows[index];
      if (spans[row] > longestSpan) continue;
      if (rooms !== undefined && !hasRoom(rooms, reached, noteStart[row], scarce, peaks[row])) continue;
      allowed.ids[count] = ids[index];
      allowed.biases[count] = biases[index];
      count += 1;
    }
    allowed.count = count;
  }

  /** Pieces that hold the next forced note where it must be and pass none by; their other notes keep to the fields. */
  private addForcedPieces(state: ThereminState, table: ConstraintTable, due: ForcedOnset, allowed: AllowedTokens): void {
    const { noteStart, notes, ids, spans } = this.profiles;
    const candidates = new Set(due.notes.flatMap((note) => this.rowsWith(note)));
    for (const row of candidates) {
      // Pieces that end before or at the forced onset were looked at with the others.
      if (due.distance > 0 && spans[row] <= due.distance && table.pieces.isAllowed[ids[row]] === 1) continue;
      const piece = notes.subarray(noteStart[row], noteStart[row + 1]);
      const bias = this.biasWithForced(state, table, due, piece);
      if (bias !== forbidden) allowed.add(ids[row], bias);
    }
  }

  private biasWithForced(state: ThereminState, { fields, forced }: ConstraintTable, due: ForcedOnset, piece: Int32Array): number {
    const characters = Array.from(piece, withoutStep);
    const steps = Array.from(piece, stepOf);
    if (forced?.allow(state, steps, characters) !== true) return forbidden;
    let bias = 0;
    let offset = 0;
    for (const [index, note] of piece.entries()) {
      offset += steps[index];
      if (offset === due.distance && due.notes.includes(characters[index])) continue;
      const isFree =
        fields.velocities[velocityOf(note)] === 1 && fields.durations[durationOf(note)] === 1 && steps[index] <= fields.longestStep;
      if (!isFree || (due.distance === 0 && index === 0)) return forbidden;
      bias += fields.pitches[pitchOf(note)];
    }
    return bias;
  }

  private rowsWith(note: number): readonly number[] {
    this.rowsOfNote ??= this.indexNotes();
    return this.rowsOfNote.get(note) ?? [];
  }

  private indexNotes(): Map<number, number[]> {
    const { count, notes, noteStart } = this.profiles;
    const result = new Map<number, number[]>();
    for (let row = 0; row < count; row += 1) {
      for (const note of new Set(Array.from(notes.subarray(noteStart[row], noteStart[row + 1]), withoutStep))) {
        const rows = result.get(note);
        if (rows === undefined) result.set(note, [row]);
        else rows.push(row);
      }
    }
    return result;
  }

  /** For models without bytes, whose pieces may all be forbidden. */
  private giveWay({ pieces }: ConstraintTable, window: StepWindow, allowed: AllowedTokens): void {
    const { everywhere } = pieces;
    if (window.low <= window.high) copyWindow(everywhere, window, allowed);
    if (allowed.count === 0) copyWindow(everywhere, { low: 0, high: largestStep }, allowed);
    if (allowed.count === 0) for (const id of this.profiles.ids) allowed.add(id);
  }
}

function copyWindow({ ids, biases, ends }: PieceList, { low, high }: StepWindow, allowed: AllowedTokens): void {
  const first = ends[low];
  const last = ends[high + 1];
  allowed.ids.set(ids.subarray(first, last), allowed.count);
  allowed.biases.set(biases.subarray(first, last), allowed.count);
  allowed.count += last - first;
}

function hasRoom(rooms: Float64Array, reached: Float64Array, start: number, scarce: number, peak: number): boolean {
  for (let notes = scarce; notes <= peak; notes += 1) {
    if (reached[start + notes - 1] < rooms[notes - 1]) return false;
  }
  return true;
}
