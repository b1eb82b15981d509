import type {
  AllowedTokens,
  Grammar,
  GrammarState,
  TokenAttribute,
} from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { allowParameter, onlyNotesMayCome } from './constraint-masks.js';
import { afterRow, initialState, type SkytntState } from './grammar-state.js';
import { padId, rowWidth, startId, type ParameterBlock, type SkytntVocabulary } from './vocabulary.js';

/**
 * Rows of eight: an event, its parameters in their order, padding. What may come is narrowed for playing without end:
 *
 * - No end of stream, unless `eventKinds` names `end`.
 * - Time never runs backwards: time2 is at least the present step while time1 is 0. After 128 rows at one time it
 *   must move on.
 * - No velocity 0, no note without length, no channel mode message (controllers 120-127).
 *
 * `eventKinds` takes `program`, `control`, `tempo`, `meter`, `key` and `end`; notes may always come. Without it every
 * kind but `end` may. `channels` holds for programs and controls too. When the longest rest is used up, a note must come.
 *
 * What gives way when a field would be left empty: `maximumRestBeats` to the need to move on; a strict `scale` to
 * `pitchRange`; then every other field on its own, whose whole range is then allowed. A range that falls between two
 * steps of the grid means the nearest one.
 */
export class SkytntGrammar implements Grammar {
  constructor(private readonly vocabulary: SkytntVocabulary) {}

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
    const value = parameter === undefined ? 0 : token - parameter.first;
    const next: SkytntState = {
      ...now,
      column: now.column + 1,
      time1: parameter?.name === 'time1' ? value : now.time1,
      time2: parameter?.name === 'time2' ? value : now.time2,
      channel: parameter?.name === 'channel' ? value : now.channel,
    };
    return next.column < rowWidth ? next : afterRow(next);
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const now = state as SkytntState;
    allowed.clear();
    if (now.column === 0) {
      this.allowEvents(now, constraint, allowed);
      return;
    }
    const parameter = this.parameterDue(now);
    if (parameter === undefined) allowed.add(padId);
    else allowParameter(parameter, now, constraint, allowed);
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

  private allowEvents(state: SkytntState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const { eventKinds } = constraint;
    const notesOnly = onlyNotesMayCome(state, constraint);
    for (const { kind, id } of this.vocabulary.events) {
      if (kind === 'note' || (!notesOnly && (eventKinds === undefined || eventKinds.includes(kind)))) allowed.add(id);
    }
    if (eventKinds?.includes('end')) allowed.add(this.vocabulary.end);
  }
}
