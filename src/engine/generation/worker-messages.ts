import type { ComposeControls, ComposedSpan, NoteAnswer, NoteQuestion } from '../contracts/composer.js';
import type { ErrorName } from '../errors.js';
import type { Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ComposerRecipe } from './composer-recipe.js';

/** What the inference worker is started with. */
export interface WorkerStart {
  readonly recipe: ComposerRecipe;
  /** The memory of {@link WorkerFlags}. */
  readonly flags: SharedArrayBuffer;
  /** The priority is lowered only after the first span. */
  readonly urgent: boolean;
}

/** A method of the composer in the worker, with its arguments. */
export type WorkerCall =
  | { readonly method: 'prepare' | 'dispose' }
  | { readonly method: 'prime'; readonly history: Score; readonly atBeat: Beats }
  | { readonly method: 'compose'; readonly untilBeat: Beats; readonly controls: ComposeControls }
  | { readonly method: 'nextNote'; readonly question: NoteQuestion; readonly controls: ComposeControls; readonly isBeforehand: boolean }
  | { readonly method: 'foresee'; readonly following: readonly Note[]; readonly untilBeat: Beats; readonly controls: ComposeControls }
  | { readonly method: 'rewind'; readonly toBeat: Beats }
  | { readonly method: 'keepState'; readonly beat: Beats }
  | { readonly method: 'recallState'; readonly state: Float32Array; readonly amount: number };

export type WorkerRequest = WorkerCall & { readonly id: number };

/** What a call comes back with. */
export interface WorkerResult {
  readonly span?: ComposedSpan;
  readonly answer?: NoteAnswer;
  readonly likelihood?: number;
  /** Moved to the other thread, not copied. */
  readonly state?: Float32Array<ArrayBuffer>;
}

export type WorkerReply =
  | ({ readonly type: 'done'; readonly id: number } & WorkerResult)
  | { readonly type: 'failed'; readonly id: number; readonly errorName: ErrorName; readonly sentence: string }
  | { readonly type: 'notice'; readonly sentence: string };
