import type {
  AllowedTokens,
  Grammar,
  GrammarState,
  TokenAttribute,
} from '../../../engine/contracts/tokenizer.js';
import type { UnitTable } from '../../../engine/contracts/unit-table.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { allowParameter, wantsTempo } from './constraint-masks.js';
import { afterRow, initialState, withParameter, type SkytntState } from './grammar-state.js';
import { toGrid, type GridConstraint } from './grid-constraint.js';
import { noteDueBy } from './onset-window.js';
import { UnitTables } from './unit-tables.js';
import { padId, rowWidth, startId, type ParameterBlock, type SkytntVocabulary } from './vocabulary.js';

/**
 * Rows of eight: an event, its parameters in their order, padding. What may come is narrowed for playing without end:
 *
 * - No end of stream, unless `eventKinds` names `end` and no forced note is left.
 * - Time never runs backwards: time2 is at least the present step while time1 is 0. After 128 rows at one time it
 *   must move on.
 * - No velocity 0, no note without length, no channel mode message (controllers 120-127), no pitch twice at once on one
 *   channel.
 *
 * `eventKinds` takes `program`, `control`, `tempo`, `meter`, `key` and `end`; notes may always come. Without it every
 * kind but `end` may. `channels` holds for programs and controls too; where each of them has been heard on tracks, on
 * these alone. When the longest rest is used up, or a beat ends that lacks onsets, a note must come. `tempo` is told by
 * a tempo row before anything else, if that kind may come and the stream does not say so already.
 *
 * A forced note comes before any other of its time, at the nearest step; `maximumPolyphony` and the most onsets count
 * it, so that the others leave room for it, and no other note sounds on its channel and pitch. Polyphony counts up to 64.
 *
 * What gives way when a field would be left empty, the first named first: `maximumRestBeats` and the fewest onsets to
 * `durationRange` and to whatever keeps a note waiting; `scale` to `chord`, both to `pitchRange`, that to a forced note
 * that sounds on all it leaves; `durationRange` to polyphony; polyphony and the most onsets to forced notes. Every
 * other field gives way on its own: its whole range is then allowed. A range that falls between two steps of the grid
 * means the nearest one.
 */
export class SkytntGrammar implements Grammar {
  private readonly grids = new WeakMap<MusicConstraint, GridConstraint>();
  private readonly units: UnitTables;

  constructor(private readonly vocabulary: SkytntVocabulary) {
    this.units = new UnitTables(vocabulary);
  }

  initial(): SkytntState {
    return initialState;
  }

  /** Takes every well-formed row, also ones that `allow` would not offer: BOS, EOS, a step back in time. */
  advance(state: GrammarState, token: number): SkytntState {
    const now = state as SkytntState;
    if (!this.isLegal(now, token)) {
      const due = now.column === 0 ? 'an event' : (this.parameterDue(now)?.name ?? 'padding');
      throw new ContinuoError(
        'badTokens',
        `Id ${token} (${this.vocabulary.describe(token)}) stands in column ${now.column} of a row, where ${due} is due.`,
      );
    }
    if (now.column === 0) return { ...now, column: 1, shape: this.vocabulary.eventOfId(token) };
    const parameter = this.parameterDue(now);
    const row = parameter === undefined ? now.row : withParameter(now.row, parameter.name, token - parameter.first);
    const next: SkytntState = { ...now, column: now.column + 1, row };
    return next.column < rowWidth ? next : afterRow(next);
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const now = state as SkytntState;
    allowed.clear();
    if (now.column === 0) {
      this.allowEvents(now, this.gridOf(constraint), allowed);
      return;
    }
    const parameter = this.parameterDue(now);
    if (parameter === undefined) allowed.add(padId);
    else allowParameter(parameter, now, this.gridOf(constraint), allowed);
  }

  /**
   * Every id that {@link advance} takes here but BOS, without bias: the masks the reference samples with.
   */
  allowEverything(state: GrammarState, allowed: AllowedTokens): void {
    const now = state as SkytntState;
    allowed.clear();
    if (now.column === 0) {
      allowed.add(this.vocabulary.end);
      for (const { id } of this.vocabulary.events) allowed.add(id);
      return;
    }
    const parameter = this.parameterDue(now);
    if (parameter === undefined) allowed.add(padId);
    else allowed.addRange(parameter.first, parameter.first + parameter.size - 1);
  }

  unit(state: GrammarState, constraint: MusicConstraint): UnitTable | undefined {
    return this.units.table(state as SkytntState, this.gridOf(constraint), {
      advance: (from, token) => this.advance(from, token),
      allow: (from, allowed) => this.allow(from, constraint, allowed),
      attribute: (from) => this.attribute(from),
    });
  }

  attribute(state: GrammarState): TokenAttribute {
    const now = state as SkytntState;
    return now.column === 0 ? 'event' : (this.parameterDue(now)?.attribute ?? 'other');
  }

  private parameterDue({ shape, column }: SkytntState): ParameterBlock | undefined {
    return shape?.parameters[column - 1];
  }

  private isLegal(state: SkytntState, token: number): boolean {
    if (state.column === 0) {
      return token === startId || token === this.vocabulary.end || this.vocabulary.eventOfId(token) !== undefined;
    }
    const parameter = this.parameterDue(state);
    return parameter === undefined
      ? token === padId
      : token >= parameter.first && token < parameter.first + parameter.size;
  }

  private allowEvents(state: SkytntState, grid: GridConstraint, allowed: AllowedTokens): void {
    const { kinds, forced } = grid;
    const { past } = state;
    const tempoFirst = wantsTempo(state, grid);
    const notesOnly = past.position >= noteDueBy(past, grid);
    for (const { kind, id } of this.vocabulary.events) {
      const mayCome = kind === 'note' || (!notesOnly && (kinds === undefined || kinds.includes(kind)));
      if (tempoFirst ? kind === 'tempo' : mayCome) allowed.add(id);
    }
    if (kinds?.includes('end') && forced.at(forced.nextAfter(past)) === undefined) allowed.add(this.vocabulary.end);
  }

  private gridOf(constraint: MusicConstraint): GridConstraint {
    let grid = this.grids.get(constraint);
    if (grid === undefined) {
      grid = toGrid(constraint, this.vocabulary);
      this.grids.set(constraint, grid);
    }
    return grid;
  }
}
