import type { AllowedTokens, Grammar, GrammarState, TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import { unconstrained, type MusicConstraint } from '../../../engine/music/constraint.js';
import { AllowedLists, type AllowedList } from './allowed-lists.js';
import type { ForcedDue, Forcing } from './forcing.js';
import { noLimits, withinReach, withoutDemands, type Limits } from './limits.js';
import type { StreamCursor } from './stream-cursor.js';
import { SymbolKind } from './symbols.js';
import type { TokenTable } from './token-table.js';
import { limitsOf, wishesKey, wishesOf, type FormatUnits } from './wishes.js';

/** Wishes of this many constraints are kept at hand. */
const keptWishes = 4;

interface Plan {
  readonly lists: AllowedLists;
  readonly limits: Limits | undefined;
  /** Those that ask for nothing to come. */
  readonly mildLimits: Limits | undefined;
  /** What is kept when these have given way too. */
  readonly lastLimits: Limits | undefined;
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
  /** Whether each shape of a list fits the limits; written anew for each question. */
  private readonly fits: Uint8Array;

  constructor(
    private readonly table: TokenTable,
    private readonly units: FormatUnits,
    private readonly start: Cursor,
    private readonly forcing?: Forcing<Cursor>,
  ) {
    this.scratch = start.clone();
    this.fits = new Uint8Array(table.shapeCount);
    this.anything = this.listsOf(unconstrained);
  }

  get keepsEarliest(): boolean {
    return this.units.keepsEarliest;
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
    else if (due?.latest === undefined) this.allowFreely(cursor, this.planOf(constraint), allowed);
    else this.allowWithin(cursor, planUntil(due.latest, this.planOf(constraint)), allowed);
    if (due === undefined) return;
    if (due.latest === undefined) this.force(due, allowed);
    else this.addPrefixes(due, allowed);
    // Where a loaded vocabulary lacks what spells a forced note, it cannot come.
    if (allowed.count === 0) this.allowFreely(cursor, this.planOf(constraint), allowed);
  }

  private allowFreely(cursor: Cursor, plan: Plan, allowed: AllowedTokens): void {
    this.allowWithin(cursor, plan, allowed);
    if (allowed.count === 0) addAll(plan.lists.at(cursor), cursor.lastPitch, allowed);
    if (allowed.count === 0) addAll(this.anything.at(cursor), cursor.lastPitch, allowed);
  }

  private allowWithin(cursor: Cursor, { lists, limits, mildLimits, lastLimits }: Plan, allowed: AllowedTokens): void {
    const list = lists.at(cursor);
    allowed.clear();
    if (limits !== undefined) this.addWithin(list, cursor, limits, allowed);
    if (allowed.count === 0 && mildLimits !== undefined) this.addWithin(list, cursor, mildLimits, allowed);
    if (allowed.count === 0 && lastLimits !== undefined) this.addWithin(list, cursor, lastLimits, allowed);
  }

  private addPrefixes({ spelling }: ForcedDue, allowed: AllowedTokens): void {
    for (const token of this.table.spellingPrefixesOf(spelling)) if (!allowed.has(token)) allowed.add(token);
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
    const isWhole = cursor.isFree(this.table.mostNotes, limits) || this.tryShapes(list, cursor, limits);
    if (isWhole) return addAll(list, cursor.lastPitch, allowed);
    const { fits } = this;
    const { shapes, ids, biases } = list;
    const { ids: allowedIds, biases: allowedBiases } = allowed;
    const first = list.firstAbove(cursor.lastPitch);
    let count = 0;
    // Without a branch, which no processor could foresee: what does not fit is written over by the next.
    if (biases === undefined) {
      for (let index = first; index < ids.length; index += 1) {
        allowedIds[count] = ids[index];
        count += fits[shapes[index]];
      }
      allowedBiases.fill(0, 0, count);
    } else {
      for (let index = first; index < ids.length; index += 1) {
        allowedIds[count] = ids[index];
        allowedBiases[count] = biases[index];
        count += fits[shapes[index]];
      }
    }
    allowed.count = count;
  }

  /**
   * Finds out which shapes of a list fit the limits, and returns whether all do that have a token above the last pitch.
   * What shapes have in common is tried once.
   */
  private tryShapes({ ends, kinds, values, shared, highestPitches }: AllowedList, cursor: Cursor, limits: Limits): boolean {
    const { fits, scratch } = this;
    const { lastPitch } = cursor;
    let isWhole = true;
    this.reload(cursor);
    /** How many symbols the scratch cursor is past, -1 where it stands nowhere; it remembers all places up to `known`. */
    let depth = 0;
    let known = 0;
    /** Symbols of the last spelling that did not fit, up to the one that was too much. */
    let failed = Infinity;
    for (let shape = 0, start = 0; shape < ends.length; start = ends[shape], shape += 1) {
      const common = shared[shape];
      const following = shared[shape + 1];
      if (common < failed) failed = Infinity;
      if (common < known) known = common;
      fits[shape] = 0;
      if (highestPitches[shape] <= lastPitch) continue;
      if (failed === Infinity) {
        if (depth !== known) {
          if (scratch.returnTo(known)) depth = known;
          else {
            this.reload(cursor);
            depth = known = 0;
          }
        }
        const length = ends[shape] - start;
        while (depth < length && scratch.step(kinds[start + depth], values[start + depth], limits)) {
          depth += 1;
          if (depth <= following && depth === known + 1) scratch.remember((known = depth));
        }
        if (depth === length) fits[shape] = 1;
        else {
          failed = depth + 1;
          depth = -1;
        }
      }
      if (fits[shape] === 0) isWhole = false;
    }
    return isWhole;
  }

  private reload(cursor: Cursor): void {
    this.scratch.load(cursor);
    this.scratch.lastPitch = -1;
    this.scratch.remember(0);
  }

  /** Moves a cursor past what a token spells. Returns whether all of it was legal. */
  private spell(cursor: Cursor, token: number): boolean {
    const { kinds, values } = this.table.symbols;
    const spelling = this.table.spelling(token);
    for (let index = 0; index < spelling.length; index += 1) {
      if (!cursor.step(kinds[spelling[index]], values[spelling[index]])) return false;
    }
    return true;
  }

  private planOf(constraint: MusicConstraint): Plan {
    let plan = this.plans.get(constraint);
    if (plan === undefined) {
      const limits = limitsOf(constraint, this.units);
      plan = { lists: this.listsOf(constraint), limits, mildLimits: limits && withoutDemands(limits), lastLimits: limits && withinReach(limits) };
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

function planUntil(latest: number, { lists, limits, mildLimits, lastLimits = noLimits }: Plan): Plan {
  const until = (each: Limits): Limits => ({ ...each, latest });
  return { lists, limits: limits && until(limits), mildLimits: mildLimits && until(mildLimits), lastLimits: until(lastLimits) };
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
