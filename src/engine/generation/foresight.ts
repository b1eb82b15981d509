import type { LanguageModel } from '../contracts/language-model.js';
import type { Tokenizer } from '../contracts/tokenizer.js';
import type { MusicConstraint } from '../music/constraint.js';
import { endBeat, type Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import { before, trim } from './composer-memory.js';
import { eventBeat } from './event-beat.js';
import type { PromptWriter } from './prompt-writer.js';
import { bitsOf } from './token-likelihood.js';

/** How much of the past it takes to say what follows from it. */
const heardBeats: Beats = 32;

/** What is asked: whether `past` goes on with `following` at `atBeat`. All is in the model's key. */
export interface Expectation {
  readonly past: Score;
  readonly following: readonly Note[];
  readonly atBeat: Beats;
  /** Where `following` ends; exclusive. */
  readonly untilBeat: Beats;
  readonly constraint: Pick<MusicConstraint, 'eventKinds' | 'channels'>;
}

/** Says how likely a model thinks it that music goes on with other music. Leaves the model with a context of its own. */
export class Foresight {
  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly model: LanguageModel,
    private readonly writer: PromptWriter,
  ) {}

  /** As a natural logarithm; `undefined` where there is nothing to say it of, or it was stopped. */
  async of({ past, following, atBeat, untilBeat, constraint }: Expectation, stopped: () => boolean): Promise<number | undefined> {
    const heard = trim(before(past, atBeat), atBeat - heardBeats);
    const notes = [...heard.notes.map((note) => endingBy(note, atBeat)), ...following.map((note) => endingBy(note, untilBeat))];
    const score = { ...heard, notes };
    const { tokens, originBeat } = this.writer.writeAll(score, untilBeat);
    const from = this.firstFrom(tokens, originBeat, atBeat);
    if (from === 0 || from >= tokens.length) return undefined;
    const { model, tokenizer } = this;
    if (model.likelihood) {
      model.rewind(undefined);
      return model.likelihood(tokens, from);
    }
    const { underGrammar, ids } = await bitsOf(tokenizer, model, tokens, from, { constraint, skipsForced: true, stopped });
    return ids < tokens.length - from ? undefined : -underGrammar * Math.LN2;
  }

  /** The first id, or the first of the row, with which time comes to `beat`. */
  private firstFrom(tokens: readonly number[], originBeat: Beats, beat: Beats): number {
    const { rowWidth, start } = this.tokenizer.vocabulary;
    const decoder = this.tokenizer.startDecoder(originBeat);
    const isThere = (token: number): boolean => {
      const events = decoder.push(token);
      return decoder.frontierBeat >= beat - sameBeat || events.some((event) => eventBeat(event) >= beat - sameBeat);
    };
    const index = tokens.findIndex((token, at) => isThere(token) && at >= start.length);
    return index < 0 ? tokens.length : Math.floor(index / rowWidth) * rowWidth;
  }
}

function endingBy(note: Note, beat: Beats): Note {
  return endBeat(note) > beat ? { ...note, duration: beat - note.beat } : note;
}
