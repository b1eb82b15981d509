import type { TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import type { Limits } from './limits.js';

/**
 * Where a stream of base symbols stands, as a value that is moved from symbol to symbol. A grammar's states are cursors
 * that nobody moves any more.
 */
export interface StreamCursor {
  /** A number for all that decides which symbols are legal next, but for {@link lastPitch} and limits. */
  readonly structure: number;
  /** A pitch that comes next must be above this; -1 for any. */
  lastPitch: number;
  /** Whether pitches that come next are drums. */
  readonly isDrums: boolean;
  /** What durations are multiplied by in the present meter. */
  readonly beatScale: number;
  readonly attribute: TokenAttribute;
  /** Takes on everything of another cursor, which must not be moved from then on. */
  load(other: this): void;
  /** Takes on what decides about steps without limits, to find what to offer next. */
  loadStructure(other: this): void;
  clone(): this;
  /** Keeps in mind where it stands since it was last loaded, as one of a stack of places. */
  remember(depth: number): void;
  /** Goes back to a place it has in mind. Returns whether it could; if not, the cursor stands nowhere. */
  returnTo(depth: number): boolean;
  /** Whether the limits forbid no token of at most so many notes that comes next; `false` where that takes trying. */
  isFree(notes: number, limits: Limits): boolean;
  /**
   * Moves past a symbol. Returns whether it was legal here, and within the limits if they are given; if not, the cursor
   * stands nowhere until it is loaded again.
   */
  step(kind: number, value: number, limits?: Limits): boolean;
}
