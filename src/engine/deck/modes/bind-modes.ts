import { ContinuoError } from '../../errors.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Boundary } from '../../parameters/boundaries.js';
import type { ParameterStore } from '../../parameters/parameter-store.js';
import { boundaryFor } from '../boundary-for.js';
import type { Deck } from '../deck.js';
import type { ModeSettings } from './mode-ground.js';
import type { PlayMode } from './play-mode.js';
import { readQueryWishes } from './query-wishes.js';

/** Of a note whose length is not told. */
const usualDuration: Beats = 0.5;

/** Lets the modes of a deck be reached from the parameter table. */
export function bindModes(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}take-over`, ([boundary]) => deck.modes.takeOver(boundary === undefined ? undefined : boundaryFor(String(boundary), parameters)));
  parameters.handle(`${prefix}query`, async (words) => {
    const { note, beatsFromNow, relaxed } = await deck.modes.queries.query(readQueryWishes(words));
    return [note.pitch, note.velocity, beatsFromNow, note.duration, note.channel, relaxed.join(' ')];
  });
  parameters.handle(`${prefix}feed`, ([pitch, velocity, beatsFromNow = 0, duration = usualDuration, channel = 0]) => {
    const note = { pitch: Number(pitch), velocity: Number(velocity), duration: Number(duration), channel: Number(channel) };
    checkNote(note, Number(beatsFromNow));
    deck.modes.queries.feed(note, Number(beatsFromNow));
  });
  parameters.onChange((address) => {
    if (address === `${prefix}play-mode`) deck.advance();
  });
}

function checkNote({ pitch, velocity, duration, channel }: Omit<Note, 'beat'>, beatsFromNow: Beats): void {
  const isRight = [
    pitch >= 0 && pitch <= 127, velocity >= 1 && velocity <= 127, duration > 0 && duration <= 64, channel >= 0 && channel <= 15, Math.abs(beatsFromNow) <= 64,
  ].every(Boolean);
  if (isRight) return;
  throw new ContinuoError('badValue', 'A note that is fed has a pitch of 0 to 127, a velocity of 1 to 127, lies at most 64 beats from now, lasts at most 64 beats and has a channel of 0 to 15.');
}

/** @param prefix such as `deck/1/` */
export function readModeSettings(parameters: ParameterStore, prefix: string): ModeSettings {
  return {
    mode: parameters.text(`${prefix}play-mode`) as PlayMode,
    answerAt: parameters.text(`${prefix}answer-at`) as Boundary,
    answerAfter: parameters.number(`${prefix}answer-after`),
    answerBars: parameters.number(`${prefix}answer-bars`),
    followKey: parameters.boolean(`${prefix}follow-key`),
  };
}
