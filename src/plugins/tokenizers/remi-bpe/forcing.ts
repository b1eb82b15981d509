import type { MusicConstraint } from '../../../engine/music/constraint.js';

/** What forced notes ask of the next token. */
export interface ForcedDue {
  /** Symbols that must come now, or with the next track of theirs; none where it is only the time that is limited. */
  readonly spelling: readonly number[];
  /** The program that must be left to that track; `undefined` where no other track may come first. */
  readonly reserved?: number | undefined;
  /** Whether nothing but the spelling may come. */
  readonly isAlone: boolean;
  /** Grid units: notes that are not forced begin before this, and time goes no further. Absent where tracks keep order. */
  readonly latest?: number;
}

/** Says what notes that must come ask of the next token. */
export interface Forcing<Cursor> {
  due(cursor: Cursor, constraint: MusicConstraint): ForcedDue | undefined;
}
