import type { Goal } from '../contracts/composer.js';
import type { LanguageModel } from '../contracts/language-model.js';
import type { Score } from '../music/score.js';
import { before, trim } from './composer-memory.js';
import { transposeNote } from './model-key.js';
import type { PromptWriter } from './prompt-writer.js';

/** Says where in a model's own space the music begins that is to be led into. Each is looked for once. */
export class GoalPlace {
  private known: { readonly goal: string; readonly place: Float32Array | undefined } | undefined;

  constructor(
    private readonly model: LanguageModel,
    private readonly writer: PromptWriter,
  ) {}

  /**
   * `undefined` where there is no goal, or the model has no such space.
   * @param shift semitones from the model's key to the goal's
   * @param past tempo and metre in force, in the model's key
   */
  async of(goal: Goal | undefined, shift: number, past: Score): Promise<Float32Array | undefined> {
    const { model, writer } = this;
    if (!goal || !model.placeOf) return undefined;
    const text = JSON.stringify([goal, shift]);
    if (this.known?.goal !== text) {
      const notes = goal.notes.map((note) => transposeNote(note, -shift));
      const { tokens } = writer.write({ ...trim(before(past, goal.fromBeat), goal.fromBeat), notes }, goal.untilBeat);
      this.known = { goal: text, place: await model.placeOf(tokens) };
    }
    return this.known.place;
  }
}
