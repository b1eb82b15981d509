import { Tokenizer } from '../../src/engine/contracts/tokenizer.js';
import { PromptWriter } from '../../src/engine/generation/prompt-writer.js';
import type { Score } from '../../src/engine/music/score.js';
import type { Beats } from '../../src/engine/music/units.js';
import { openRecipe } from './open-recipe.js';
import { make } from './timed-model.js';

/** How many ids a pack's model is told of a past with; `undefined` of a pack that has no ids, or does not say how many at most. */
export async function promptLengths(options: Readonly<Record<string, string>>): Promise<((past: Score, atBeat: Beats) => number) | undefined> {
  const { recipe } = await openRecipe(options);
  if (recipe.kind !== 'token' || recipe.generation.promptTokens === undefined) return undefined;
  const tokenizer = await make<Tokenizer>(recipe.tokenizer, Tokenizer, { ...recipe.runtime, notice: () => undefined });
  const writer = new PromptWriter(tokenizer, recipe.generation, recipe.generation.promptTokens);
  return (past, atBeat) => writer.write({ ...past, notes: past.notes.filter((note) => note.beat < atBeat) }, atBeat).tokens.length;
}
