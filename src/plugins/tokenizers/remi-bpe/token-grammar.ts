import type { AllowedTokens, Grammar, GrammarState, TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import { unconstrained, type MusicConstraint } from '../../../engine/music/constraint.js';
import { AllowedLists, type AllowedList } from './allowed-lists.js';
import type { ForcedDue } from './forced-phrases.js';
import { withoutDemands, type Limits } from './limits.js';
import type { StreamCursor } from './stream-cursor.js';
import { SymbolKind } from './symbols.js';
import type { TokenTable } from './token-table.js';
import { limitsOf, wishesKey, wishesOf, type FormatUnits } from './wishes.js';

/** Wishes of this many constraints are kept at hand. */
const keptWishes = 4;
/** Questions are counted up to here, then from 1 again. */
const lastQuestion = 2 ** 31 - 1;

/** Says what notes that must come ask of the next token. */
export interface Forcing<Cursor> {
  due(cursor: Cursor, constraint: MusicConstraint): ForcedDue | undefined;
}

interface Plan {
  readonly lists: AllowedLists;
  readonly limits: Limits | undefined;
}

/**
 * A grammar of base symbols, lifted to tokens that spell several. A token may come where all it spells may. What fits
 * by its structure and by those wishes that need no memory is listed once for each structure of the stream and copied
 * from there; limits that depend on what has sounded are tried on one token of each shape.
 *
 * What gives way when nothing is left: the limits that ask for something to come (rests, fewest onsets, tempo), then
 * the other limits, then everything.
 */
export class TokenGrammar<Cursor extends StreamCursor> implements Grammar {
  private readonly plans = new WeakMap<MusicConstraint, Plan>();
  private readonly listsByKey = new Map<string, AllowedLists>();
  private readonly anything: AllowedLists;
  private readonly scratch: Cursor;
  /** Per shape: the number of the question it was last tried for, negated if it did not fit. */
  private readonly trials: Int32Array;
  private question = 0;

  constructor(
    private readonly table: TokenTable,
    private readonly units: FormatUnits,
    private readonly start: Cursor,
    private readonly forcing?: Forcing<Cursor>,
  ) {
    this.scratch = start.clone();
    this.trials = new Int32Array(table.shapeCount);
    this.anything = this.listsOf(unconstrained);
  }

  initial(): GrammarState {
    return this.start;
  }

  advance(state: GrammarState, token: number): GrammarState {
    const next = (state as Cursor).clone();
    const isKnown = Number.isInteger(token) && token >= 0 && token < this.table.size;
    if (!isKnown || !this.spell(next, token)) {
      throw new ContinuoError('badTokens', `Id ${token} (${this.table.describe(token)}) cannot come here: ${this.due(state as Cursor)}.`);
    }
    return next;
  }

  attribute(state: GrammarState): TokenAttribute {
    return (state as Cursor).attribute;
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const cursor = state as Cursor;
    const due = this.forcing?.due(cursor, constraint);
    if (due?.isAlone === true) allowed.clear();
    else this.allowFreely(cursor, constraint, allowed);
    if (due !== undefined) this.force(due, allowed);
  }

  private allowFreely(cursor: Cursor, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const { lists, limits } = this.planOf(constraint);
    allowed.clear();
    if (limits !== undefined) {
      const list = lists.at(cursor);
      this.addWithin(list, cursor, limits, allowed);
      if (allowed.count === 0) this.addWithin(list, cursor, withoutDemands(limits), allowed);
    }
    if (allowed.count === 0) addAll(lists.at(cursor), cursor.lastPitch, allowed);
    if (allowed.count === 0) addAll(this.anything.at(cursor), cursor.lastPitch, allowed);
  }

  /** Leaves what may come before the forced notes, and adds what spells them. */
  private force({ spelling, reserved }: ForcedDue, allowed: AllowedTokens): void {
    const { kinds } = this.table.symbols;
    const prefixes = [...this.table.spellingPrefixesOf(spelling)];
    let mayBegin = false;
    let count = 0;
    for (let index = 0; index < allowed.count; index += 1) {
      const token = allowed.ids[index];
      const spelled = this.table.spelling(token);
      const first = kinds[spelled[0]];
      if (spelled[0] === spelling[0]) mayBegin = true;
      const isBefore = reserved === undefined ? first === SymbolKind.meter || first === SymbolKind.tempo : isLeft(first);
      if (!isBefore || (reserved !== undefined && spelled.includes(reserved)) || prefixes.includes(token)) continue;
      allowed.ids[count] = token;
      allowed.biases[count] = allowed.biases[index];
      count += 1;
    }
    allowed.count = count;
    if (mayBegin || count === 0) for (const token of prefixes) allowed.add(token);
  }

  private addWithin(list: AllowedList, cursor: Cursor, limits: Limits, allowed: AllowedTokens): void {
    this.question = this.question === lastQuestion ? 1 : this.question + 1;
    const { question, trials } = this;
    const { shapes } = this.table;
    const { ids, biases } = list;
    let { count } = allowed;
    for (let index = list.firstAbove(cursor.lastPitch); index < ids.length; index += 1) {
      const token = ids[index];
      const shape = shapes[token];
      let trial = trials[shape];
      if (trial !== question && trial !== -question) {
        trial = this.fitsWithin(token, cursor, limits) ? question : -question;
        trials[shape] = trial;
      }
      if (trial < 0) continue;
      allowed.ids[count] = token;
      allowed.biases[count] = biases === undefined ? 0 : biases[index];
      count += 1;
    }
    allowed.count = count;
  }

  private fitsWithin(token: number, cursor: Cursor, limits: Limits): boolean {
    this.scratch.load(cursor);
    this.scratch.lastPitch = -1;
    return this.spell(this.scratch, token, limits);
  }

  private spell(cursor: Cursor, token: number, limits?: Limits): boolean {
    const { kinds, values } = this.table.symbols;
    const spelling = this.table.spelling(token);
    for (let index = 0; index < spelling.length; index += 1) {
      const symbol = spelling[index];
      if (!cursor.step(kinds[symbol], values[symbol], limits)) return false;
    }
    return true;
  }

  private planOf(constraint: MusicConstraint): Plan {
    let plan = this.plans.get(constraint);
    if (plan === undefined) {
      plan = { lists: this.listsOf(constraint), limits: limitsOf(constraint, this.units) };
      this.plans.set(constraint, plan);
    }
    return plan;
  }

  private listsOf(constraint: MusicConstraint): AllowedLists {
    const key = wishesKey(constraint);
    const known = this.listsByKey.get(key);
    // Put last again, so that the first is the one unused for longest.
    this.listsByKey.delete(key);
    const lists = known ?? this.makeLists(constraint);
    this.listsByKey.set(key, lists);
    for (const oldest of this.listsByKey.keys()) {
      if (this.listsByKey.size <= keptWishes) break;
      this.listsByKey.delete(oldest);
    }
    return lists;
  }

  private makeLists(constraint: MusicConstraint): AllowedLists {
    const { table, units } = this;
    return new AllowedLists(table, (scale) => wishesOf(constraint, table, units, scale), this.start.clone());
  }

  /** A few words that may come. */
  private due(cursor: Cursor): string {
    const list = this.anything.at(cursor);
    const words = new Set<string>();
    for (let index = list.firstAbove(cursor.lastPitch); index < list.ids.length && words.size < 8; index += 1) {
      const [first] = this.table.spelling(list.ids[index]);
      words.add(this.table.symbols.name(first).replace(/ [-\d/.]+$/, ''));
    }
    return `due is one of ${[...words].join(', ')}`;
  }
}

/** Whether a bar goes on after such a symbol. */
function isLeft(kind: number): boolean {
  return kind !== SymbolKind.bar && kind !== SymbolKind.end;
}

function addAll(list: AllowedList, lastPitch: number, allowed: AllowedTokens): void {
  const first = list.firstAbove(lastPitch);
  allowed.ids.set(first === 0 ? list.ids : list.ids.subarray(first), 0);
  allowed.count = list.ids.length - first;
  if (list.biases === undefined) allowed.biases.fill(0, 0, allowed.count);
  else allowed.biases.set(first === 0 ? list.biases : list.biases.subarray(first), 0);
}
