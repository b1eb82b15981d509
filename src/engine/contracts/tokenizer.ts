import type { MusicConstraint } from '../music/constraint.js';
import type { Note } from '../music/note.js';
import type { ControlMark, KeyMark, MeterMark, ProgramMark, TempoMark } from '../music/score.js';
import type { TickScore } from '../music/tick-score.js';
import type { Beats } from '../music/units.js';
import type { UnitTable } from './unit-table.js';

/** Service identifier of the tokenizer in a worker's container. */
export const Tokenizer = Symbol.for('continuo.Tokenizer');

/**
 * Music ↔ token ids. Exact: encode and decode agree with the format's reference implementation to the bit.
 * Thread: any one thread (an instance is not shared). Blocks: no.
 */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  /** Capabilities that the plugin's descriptor names and this one, made of its options and files, has not. Default: none. */
  readonly lacks?: readonly string[];
  /** Ids of the whole score, row-major where `vocabulary.rowWidth` > 1. Errors: `badMidiFile` when it cannot be said. */
  encode(score: TickScore): Int32Array;
  /**
   * Optional, where music is told in units that can be gone on with: ids of what was played before `untilTick`, and goes on there. What
   * is under way is left open, and what is over is told to be. Default: {@link encode}.
   */
  encodeUntil?(score: TickScore, untilTick: number): Int32Array;
  /** The score that ids stand for; malformed parts are skipped as the reference skips them. */
  decode(tokens: ArrayLike<number>): TickScore;
  /** A decoder for a stream whose first onset counts from `originBeat`. */
  startDecoder(originBeat: Beats): IncrementalDecoder;
}

export interface Vocabulary {
  /** Number of ids; ids are 0 .. size-1. */
  readonly size: number;
  /** Ids per event where every event has the same number of ids; 1 where events are free in length. */
  readonly rowWidth: number;
  /** How others are given the ids: in rows of `rowWidth`, or `flat`, one list with the padding kept. Default `rows`. */
  readonly form?: 'rows' | 'flat';
  readonly pad: number;
  /** Ids a stream starts with (a whole row where rowWidth > 1). */
  readonly start: readonly number[];
  /** Id that ends a stream. */
  readonly end: number;
  /** A word for people, e.g. `pitch 60`. */
  describe(id: number): string;
}

/** What the next token says; sampling temperature can be set for each. */
export const tokenAttributes = [
  'event',
  'time',
  'track',
  'channel',
  'pitch',
  'velocity',
  'duration',
  'program',
  'controller',
  'value',
  'tempo',
  'other',
] as const;
export type TokenAttribute = (typeof tokenAttributes)[number];

export type DecodedEvent =
  | { readonly type: 'note'; readonly note: Note }
  | { readonly type: 'program'; readonly mark: ProgramMark }
  | { readonly type: 'control'; readonly mark: ControlMark }
  | { readonly type: 'tempo'; readonly mark: TempoMark }
  | { readonly type: 'meter'; readonly mark: MeterMark }
  | { readonly type: 'key'; readonly mark: KeyMark };

/** A note whose onset is certain. */
export interface WaitingNote {
  readonly note: Note;
  /** Whether its length is certain as well. */
  readonly isOver: boolean;
}

/** Turns a stream into events as soon as they are certain; what was given out is never taken back. */
export interface IncrementalDecoder {
  /** No event before this beat can still come. Never decreases. */
  readonly frontierBeat: Beats;
  /**
   * Where onsets may be told long before they are certain: all that were told lie before this. Default: what was told is
   * certain, or lies before the frontier.
   */
  readonly toldUntilBeat?: Beats | undefined;
  /** Where notes wait for their end: those that were told and are not given out yet, as long as they are so far. Default: none wait. */
  readonly waiting?: readonly WaitingNote[];
  /** Of a format that tells beats as a whole, and keeps `earliestBeat`: all onsets before this, where one begins, are told. Default: the frontier. */
  readonly onsetsUntilBeat?: Beats;
  /** Optional, to look ahead quickly: the beat of the first event that this token would make certain; `undefined` where none. */
  peek?(token: number): Beats | undefined;
  /** Events made certain by this token, in order of beat. */
  push(token: number): readonly DecodedEvent[];
  /** An independent copy in the same state. */
  clone(): IncrementalDecoder;
}

/**
 * The automaton of legal streams. States are immutable values: keep one to come back to it.
 * The allowed set is never empty, whatever the constraint: a constraint that would empty it gives way.
 */
export interface Grammar {
  /** State after `vocabulary.start`. */
  initial(): GrammarState;
  /** Errors: `badTokens` when the token is not legal in this state. */
  advance(state: GrammarState, token: number): GrammarState;
  /** Writes the ids that may come next, with their biases, into `allowed` (cleared first). */
  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void;
  attribute(state: GrammarState): TokenAttribute;
  /** Whether it keeps `earliestBeat`, as the capability `constraint:earliestBeat` claims. Default: it takes no notice of it. */
  readonly keepsEarliest?: boolean;
  /**
   * Optional: the choices of the whole unit that begins at `state` (between two rows, or two events). Leads to exactly
   * the streams that `allow` and `advance` lead to, but for the end of the stream, which it never offers. `undefined`
   * where a table would not say all, because what may come hangs on too much of the unit itself.
   */
  unit?(state: GrammarState, constraint: MusicConstraint): UnitTable | undefined;
}

/** Opaque to everybody but its grammar. */
export type GrammarState = object;

/** The next token's allowed ids and log-biases, in buffers made once. */
export class AllowedTokens {
  readonly ids: Int32Array;
  readonly biases: Float32Array;
  count = 0;

  constructor(vocabularySize: number) {
    this.ids = new Int32Array(vocabularySize);
    this.biases = new Float32Array(vocabularySize);
  }

  clear(): void {
    this.count = 0;
  }

  add(id: number, bias = 0): void {
    this.ids[this.count] = id;
    this.biases[this.count] = bias;
    this.count += 1;
  }

  /** Adds first .. last, both included. */
  addRange(first: number, last: number): void {
    for (let id = first; id <= last; id += 1) this.add(id);
  }

  /** Leaves those that are wanted, in their order. */
  keep(isWanted: (index: number) => boolean): void {
    const { ids, biases, count } = this;
    this.count = 0;
    for (let index = 0; index < count; index += 1) if (isWanted(index)) this.add(ids[index], biases[index]);
  }

  has(id: number): boolean {
    return this.ids.subarray(0, this.count).includes(id);
  }
}
