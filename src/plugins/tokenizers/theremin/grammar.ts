import type { AllowedTokens, Grammar, GrammarState, TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { BeatGrid } from './beat-grid.js';
import { ConstraintTables, type ConstraintTable } from './constraint-table.js';
import { forbidden, type FieldChoice } from './field-choice.js';
import type { ForcedOnset } from './forced-notes.js';
import { afterNotes, initialState, type ThereminState } from './grammar-state.js';
import { durationOf, largestDuration, largestStep, pitchOf, stepOf, velocityOf, withoutStep } from './note-character.js';
import { NoteHolders } from './note-holders.js';
import type { NoteScale } from './note-scale.js';
import type { Fit } from './piece-list.js';
import { PieceProfiles } from './piece-profiles.js';
import type { PieceTable } from './piece-table.js';
import { leaveOutStruckBytes, struckPitches } from './repeated-notes.js';
import { allowBytes } from './spelling.js';
import { stepWindow, type StepWindow } from './step-window.js';
import { voiceRooms } from './voice-rooms.js';

const attributes: readonly TokenAttribute[] = ['event', 'pitch', 'duration', 'time'];
const leadBits = 0x07;
const followingBits = 0x3f;

/**
 * Whole notes without end: pieces that hold notes and nothing else, and notes spelled in four bytes where the model has
 * bytes. A piece is allowed when every note in it is; its bias is the sum of theirs. After 64 notes at one onset time
 * must move on. A key is not struck twice at one onset. The end may come where `eventKinds` names `end`.
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
  private readonly holders: NoteHolders;

  constructor(
    private readonly table: PieceTable,
    scale: NoteScale,
    private readonly end: number,
  ) {
    this.grid = new BeatGrid(1 / scale.stepBeats);
    this.lengths = Float64Array.from({ length: largestDuration + 1 }, (_, number) => scale.durationBeats(number) / scale.stepBeats);
    this.profiles = new PieceProfiles(table, this.lengths);
    this.holders = new NoteHolders(this.profiles);
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
    const { longestStep } = fields;
    const rooms = maximumPolyphony === undefined ? undefined : voiceRooms(now, maximumPolyphony, longestStep);
    const window = stepWindow(now, this.grid, { longestStep, onsets, stepsToRoom: rooms?.stepsToRoom[0] ?? 0 });
    const forced = table.forced?.next(now);
    const forcedNear = forced !== undefined && forced.distance <= largestStep ? forced : undefined;
    if (forced !== undefined) window.high = forced.distance === 0 ? -1 : Math.min(window.high, forced.distance);
    // What is forced here is told though it was struck before.
    const struck = forced?.distance === 0 ? [] : struckPitches(now);
    const fit = { longestSpan: forced?.distance ?? Infinity, rooms };
    if (now.bytesDue === 0) {
      this.addPieces(now, table, window, fit, struck, allowed);
      if (forcedNear !== undefined) this.addForcedPieces(now, table, forcedNear, struck, allowed);
    }
    if (this.table.canSpell) {
      const characters = forcedNear?.notes.map((note) => note | (forcedNear.distance << 12)) ?? [];
      const durations = rooms?.lastingNotes === 0 ? this.shortOf(fields) : fields.durations;
      allowBytes(now, { fields: { ...fields, durations }, window, forced: characters }, this.table, allowed);
    }
    leaveOutStruckBytes(struck, now, this.table, allowed);
    if (allowed.count === 0) this.addPieces(now, table, window, fit, [], allowed);
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
    fit: Fit,
    struck: readonly number[],
    allowed: AllowedTokens,
  ): void {
    if (window.low > window.high) return;
    const list = onsets === undefined ? pieces.everywhere : pieces.withOnsets(onsets, this.grid, state.position, state.onsetsInBeat);
    list.addTo(allowed, window, fit, struck);
  }

  /** Durations that are over after the longest step; all where there are none. */
  private shortOf({ durations, longestStep }: FieldChoice): Uint8Array {
    const short = durations.map((allowed, number) => (this.lengths[number] <= longestStep ? allowed : 0));
    return short.includes(1) ? short : durations;
  }

  /** Pieces that hold the next forced note where it must be and pass none by; their other notes keep to the fields. */
  private addForcedPieces(
    state: ThereminState,
    table: ConstraintTable,
    due: ForcedOnset,
    struck: readonly number[],
    allowed: AllowedTokens,
  ): void {
    const { noteStart, notes, ids, shapes, shapeOfRow } = this.profiles;
    const candidates = new Set(due.notes.flatMap((note) => this.holders.rowsWith(note, due.distance)));
    for (const row of candidates) {
      if (struck.includes(shapes[shapeOfRow[row]].pitchHere)) continue;
      // Pieces that end before or at the forced onset were looked at with the others.
      if (due.distance > 0 && shapes[shapeOfRow[row]].span <= due.distance && table.pieces.isAllowed[ids[row]] === 1) continue;
      const piece = notes.subarray(noteStart[row], noteStart[row + 1]);
      const bias = this.biasWithForced(state, table, due, piece);
      if (bias !== forbidden) allowed.add(ids[row], bias);
    }
  }

  private biasWithForced(state: ThereminState, { fields, forced }: ConstraintTable, due: ForcedOnset, piece: Int32Array): number {
    const characters = Array.from(piece, withoutStep);
    const steps = Array.from(piece, stepOf);
    if (forced?.allow(state, steps, characters) !== true) return forbidden;
    const awaited = new Set(due.notes);
    let bias = 0;
    let offset = 0;
    for (const [index, note] of piece.entries()) {
      offset += steps[index];
      if (offset === due.distance && awaited.delete(characters[index])) continue;
      const isFree =
        fields.velocities[velocityOf(note)] === 1 && fields.durations[durationOf(note)] === 1 && steps[index] <= fields.longestStep;
      if (!isFree || (due.distance === 0 && index === 0)) return forbidden;
      bias += fields.pitches[pitchOf(note)];
    }
    return bias;
  }

  /** For models without bytes, whose pieces may all be forbidden. */
  private giveWay({ pieces }: ConstraintTable, window: StepWindow, allowed: AllowedTokens): void {
    const { everywhere } = pieces;
    if (window.low <= window.high) everywhere.addTo(allowed, window);
    if (allowed.count === 0) everywhere.addTo(allowed, { low: 0, high: largestStep });
    if (allowed.count === 0) for (const id of this.profiles.ids) allowed.add(id);
  }
}
