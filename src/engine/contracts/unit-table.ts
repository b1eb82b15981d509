import type { TokenAttribute } from './tokenizer.js';

/** Where a unit is complete; nothing else leads back to the state it began in. */
export const unitComplete = 0;

/** A log-bias that no logit makes up for: the id may not come. */
export const forbidden = -1e9;

/**
 * The choices of one unit of music (a row, an event) as a finite automaton: a model that knows them beforehand can write
 * the unit in one run. The unit begins in `states[0]`.
 */
export interface UnitTable {
  readonly states: readonly UnitState[];
  /** Ids of the longest unit. */
  readonly maximumTokens: number;
}

export interface UnitState {
  readonly choice: UnitChoice;
  /** Index of the state after an id: one for all of them, or one for each of `choice.ids`; {@link unitComplete} ends. */
  readonly next: number | Int32Array;
  /** The ids of one way from the beginning of the unit to here; whatever the way, the same may come. */
  readonly path: readonly number[];
}

/** What may come in one state. Immutable: a table that holds the same object as the one before it is quicker to use. */
export interface UnitChoice {
  readonly attribute: TokenAttribute;
  /** Ascending, at least one. */
  readonly ids: Int32Array;
  /** One for each id, natural log. */
  readonly biases: Float32Array;
}

/**
 * A table with everything that drawing from it takes, in arrays a graph reads as they are: K states, V ids of the
 * vocabulary. The arrays are used again for the next unit: read them before the run that they were handed to ends.
 *
 * In state k the id is drawn so, in double precision, from the logits after the last id:
 * `score = logit / temperatures[k] + biases[k, id]`; `weight = exp(score - largest score)`, 0 where that is below
 * `leastShares[k]`; of these the `topK` heaviest (0: all), and of these no more once those before have more than `topP`
 * of all weight, equal ones by rising id. With `u = uniforms[d] * draws[k]` the id is the first, by rising id, at which
 * the sum of the weights left is above `u` times their total; d counts the draws so far and rises by `draws[k]`.
 * Then `next[k, id]` is the state. Greedy choices are `temperatures` 1, `leastShares` 1 and `draws` 0.
 */
export interface UnitProgram {
  /** K. */
  readonly stateCount: number;
  readonly maximumTokens: number;
  /** [K, V]; {@link forbidden} where an id may not come. */
  readonly biases: Float32Array;
  /** [K, V]; anything where an id may not come. */
  readonly next: Int32Array;
  /** [K], above 0. */
  readonly temperatures: Float64Array;
  /** [K], 0..1: ids less likely than this share of the likeliest are out. */
  readonly leastShares: Float64Array;
  /** [K], 1 where a number is drawn, 0 where chance has no say. */
  readonly draws: Float64Array;
  /** [K], the only id that may come, or -1. */
  readonly forced: Int32Array;
  /** [K], the lowest and the highest id that may come. */
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
  /** 0..1; 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
}

/** A unit of two ids, each of which may be anything: to let a graph settle. */
export function anyTwoIds(vocabularySize: number): UnitProgram {
  return {
    stateCount: 2,
    maximumTokens: 2,
    biases: new Float32Array(2 * vocabularySize),
    next: new Int32Array(2 * vocabularySize).fill(1, 0, vocabularySize),
    temperatures: Float64Array.of(1, 1),
    leastShares: new Float64Array(2),
    draws: Float64Array.of(1, 1),
    forced: Int32Array.of(-1, -1),
    firsts: new Int32Array(2),
    lasts: new Int32Array(2).fill(vocabularySize - 1),
    topP: 1,
    topK: 0,
  };
}
