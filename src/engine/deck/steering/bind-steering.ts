import { ContinuoError } from '../../errors.js';
import { chordPitchClasses } from '../../music/chord-name.js';
import { notesFromText } from '../../music/notes-text.js';
import type { ParameterStore } from '../../parameters/parameter-store.js';
import { numberList } from '../controls/number-list.js';
import type { Deck } from '../deck.js';
import { replayOrigin } from '../deck-controls.js';
import { planFromText } from './section-plan.js';

const usualSectionBars = 8;
const longestSectionBars = 64;

/** Lets the parameters about steering reach a deck, refuses what cannot be read, and says what its pack cannot keep. */
export function bindSteering(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  const { steering } = deck;
  const checked = (name: string, fault: (text: string) => string | undefined): void =>
    parameters.handle(prefix + name, ([text]) => {
      const sentence = fault(String(text));
      if (sentence !== undefined) throw wrong(sentence);
    });
  checked('chord', (text) => (text.trim() === '' || chordPitchClasses(text) ? undefined : `"${text}" is no chord; write a name such as Cm7 or F#maj7/A#, notes such as C Eb G, or pitch classes such as 0 3 7.`));
  checked('only-channels', (text) => (numberList(text, 1, 16) ? undefined : `only-channels are numbers of 1 to 16 with spaces between them, not "${text}".`));
  checked('only-programs', (text) => (numberList(text, 0, 127) ? undefined : `only-programs are numbers of 0 to 127 with spaces between them, not "${text}".`));

  parameters.handle(`${prefix}force`, ([text, beat]) => {
    const written = notesFromText(String(text));
    if ('fault' in written) throw wrong(`These notes cannot be played: ${written.fault}.`);
    steering.force(written.notes, written.beats, beat as number | undefined);
  });
  parameters.handle(`${prefix}copy-bar`, ([back, bars = 1]) => steering.copyBar(Number(back), Number(bars)));
  parameters.handle(`${prefix}recall-bar`, ([number, bars = 1]) => steering.recallBar(Number(number), Number(bars)));
  parameters.handle(`${prefix}forget-forced`, () => steering.forget());
  parameters.handle(`${prefix}plan`, ([text, bars = usualSectionBars]) => {
    const written = planFromText(String(text));
    if ('fault' in written) throw wrong(`This plan cannot be played: ${written.fault}.`);
    if (!(Number(bars) >= 1 && Number(bars) <= longestSectionBars)) throw wrong(`A section has 1 to ${longestSectionBars} bars, not ${Number(bars)}.`);
    steering.planSections(written.sections, written.goesRound, Number(bars));
  });
  parameters.onChange((address, _value, origin) => {
    if (!address.startsWith(prefix) || origin === replayOrigin) return;
    const sentence = steering.unkept(address.slice(prefix.length));
    if (sentence !== undefined) parameters.emit({ type: 'notice', sentence });
  });
}

function wrong(sentence: string): ContinuoError {
  return new ContinuoError('badValue', sentence);
}
