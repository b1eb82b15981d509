import type { ComposeControls, NoteAnswer, NoteQuestion } from '../../../../src/engine/contracts/composer.js';
import type { ParameterValue } from '../../../../src/engine/parameters/parameter.js';
import { AttentiveComposer, Stage } from './stage.js';

export const query = { 'play-mode': 'query' };

/** Counts how often it is asked for a note, and remembers with which seeds. */
export class CountingComposer extends AttentiveComposer {
  readonly seeds: number[] = [];

  get notes(): number {
    return this.seeds.length;
  }

  override async nextNote(question: NoteQuestion, controls: ComposeControls): Promise<NoteAnswer> {
    this.seeds.push(controls.sampling.seed);
    return super.nextNote(question, controls);
  }
}

/** A deck that is queried, and hands for it. */
export async function asked<C extends AttentiveComposer = CountingComposer>(composer: C = new CountingComposer() as AttentiveComposer as C) {
  const stage = await Stage.begin(query, composer);
  const ask = (...words: readonly ParameterValue[]): Promise<readonly ParameterValue[]> => stage.parameters.ask('deck/1/query', words, 'test');
  const feed = (...values: readonly ParameterValue[]): Promise<void> => stage.parameters.write('deck/1/feed', values, 'test');
  await stage.deck.settled();
  return { stage, composer, ask, feed };
}
