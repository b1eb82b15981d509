import { ContinuoError } from '../../errors.js';
import { promptFrom } from '../../midi-file/prompt-file.js';
import { endBeat } from '../../music/note.js';
import { notesFromText } from '../../music/notes-text.js';
import type { Beats } from '../../music/units.js';
import type { ActionHandler, ParameterStore } from '../../parameters/parameter-store.js';
import type { Deck } from '../deck.js';

const usualBars = 2;

/** Lets bars be given to a deck that come later, with others between that lead into them. */
export function bindFill(deck: Deck, parameters: ParameterStore): void {
  const { steering } = deck;
  const fills = (name: string, give: (values: Parameters<ActionHandler>[0]) => Beats | Promise<Beats>): void =>
    parameters.handle(`deck/${deck.number}/${name}`, async (values) => {
      const beat = await give(values);
      const sentence = steering.unfilled();
      if (sentence !== undefined) parameters.emit({ type: 'notice', sentence });
      return [beat / parameters.number('beats-per-bar') + 1];
    });
  fills('fill', ([text, bars = usualBars]) => {
    const written = notesFromText(String(text));
    if ('fault' in written) throw new ContinuoError('badValue', `These notes cannot be played: ${written.fault}.`);
    return steering.leadInto(written.notes, written.beats, Number(bars));
  });
  fills('fill-to-bar', ([number, length = 1, bars = usualBars]) => steering.leadIntoBar(Number(number), Number(length), Number(bars)));
  fills('fill-to-file', async ([file, bars = usualBars]) => {
    const { notes } = await promptFrom(String(file));
    if (notes.length === 0) throw new ContinuoError('badValue', `There are no notes in ${String(file)}.`);
    return steering.leadInto(notes, Math.max(...notes.map(endBeat)), Number(bars));
  });
}
