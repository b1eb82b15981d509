import { AllowedTokens, type TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { unitComplete, type UnitChoice, type UnitState, type UnitTable } from '../../../engine/contracts/unit-table.js';
import { drumChannel } from '../../../engine/music/note.js';
import { onsetOf, type SkytntState } from './grammar-state.js';
import type { GridConstraint } from './grid-constraint.js';
import { rowWidth, type ParameterName, type SkytntVocabulary } from './vocabulary.js';

/** What the tables ask the grammar, under one constraint. */
export interface RowRules {
  advance(state: SkytntState, token: number): SkytntState;
  allow(state: SkytntState, allowed: AllowedTokens): void;
  attribute(state: SkytntState): TokenAttribute;
}

/** Parameters whose value decides what may come later in the row; of the others any value stands for all. */
const telling: ReadonlySet<ParameterName | undefined> = new Set(['time1', 'time2', 'channel']);

/** A state of the automaton, and one of the grammar that stands for all it stands for. */
interface OpenState {
  /** States of a row with the same place allow the same. */
  readonly place: string;
  readonly state: SkytntState;
  readonly path: readonly number[];
}

/**
 * A row as an automaton. It asks the grammar itself what may come, once for every state that may differ: before a row is
 * begun all that its choices hang on is known, but for its kind, whether it comes at once, and its channel.
 */
export class UnitTables {
  private readonly allowed: AllowedTokens;
  /** The last choice of each kind of state: the same object again where nothing has changed. */
  private readonly choices = new Map<string, UnitChoice>();

  constructor(private readonly vocabulary: SkytntVocabulary) {
    this.allowed = new AllowedTokens(vocabulary.size);
  }

  /** `undefined` inside a row, and where notes are forced or voices counted: lengths then hang on pitches and onsets. */
  table(from: SkytntState, { forced, polyphony }: GridConstraint, rules: RowRules): UnitTable | undefined {
    const hangsTogether = polyphony !== Infinity || forced.at(forced.nextAfter(from.past)) !== undefined;
    if (from.column !== 0 || hangsTogether) return undefined;
    const open: OpenState[] = [{ place: placeOf(from), state: from, path: [] }];
    const states: UnitState[] = [];
    for (let index = 0; index < open.length; index += 1) {
      const { place, state, path } = open[index];
      const choice = this.choiceOf(place, state, rules);
      const follow = (token: number): number => {
        const after = rules.advance(state, token);
        if (after.column === 0) return unitComplete;
        const next = placeOf(after) + beatOf(after, token, choice.ids);
        const known = open.findIndex((each) => each.place === next);
        if (known < 0) open.push({ place: next, state: after, path: [...path, token] });
        return known < 0 ? open.length - 1 : known;
      };
      const tells = state.column === 0 || telling.has(nameDue(state));
      states.push({ choice, path, next: tells ? choice.ids.map(follow) : follow(choice.ids[0]) });
    }
    return { states, maximumTokens: rowWidth };
  }

  private choiceOf(place: string, state: SkytntState, rules: RowRules): UnitChoice {
    const { allowed, vocabulary } = this;
    rules.allow(state, allowed);
    const kept = state.column === 0 && allowed.ids[allowed.count - 1] === vocabulary.end ? allowed.count - 1 : allowed.count;
    const ids = allowed.ids.subarray(0, kept);
    const biases = allowed.biases.subarray(0, kept);
    const known = this.choices.get(place);
    if (known && equal(known.ids, ids) && equal(known.biases, biases)) return known;
    const choice = { attribute: rules.attribute(state), ids: ids.slice(), biases: biases.slice() };
    this.choices.set(place, choice);
    return choice;
  }
}

function placeOf(state: SkytntState): string {
  return `${state.shape?.id ?? '-'} ${state.column} ${whatItHangsOn(state)}`;
}

/** Of what the row has said, all that later choices hang on; the beat apart. */
function whatItHangsOn(state: SkytntState): string {
  const { shape, row, past } = state;
  if (row.time2 < 0 || row.pitch >= 0) return '';
  if (shape?.kind === 'program') return row.channel === drumChannel ? 'drums' : '';
  if (shape?.kind !== 'note') return '';
  const now = onsetOf(state) === past.position;
  if (row.channel < 0) return now ? 'now' : '';
  const shares = now && past.notesHere.some((key) => key >> 7 === row.channel);
  return shares ? `channel ${row.channel}` : row.channel === drumChannel ? 'drums' : '';
}

/** The steps of a beat are narrowed in the first and in the last of the beats that may come, and not between. */
function beatOf(after: SkytntState, token: number, ids: Int32Array): string {
  if (nameDue(after) !== 'time2') return '';
  return (token === ids[0] ? 'first' : '') + (token === ids[ids.length - 1] ? 'last' : '');
}

function nameDue({ shape, column }: SkytntState): ParameterName | undefined {
  return shape?.parameters[column - 1]?.name;
}

function equal(a: Int32Array | Float32Array, b: Int32Array | Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
