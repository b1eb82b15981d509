import type { Boundary } from '../../parameters/boundaries.js';
import type { ParameterStore } from '../../parameters/parameter-store.js';
import { boundaryFor } from '../boundary-for.js';
import type { Deck } from '../deck.js';
import type { ModeSettings } from './mode-ground.js';
import type { PlayMode } from './play-mode.js';

/** Lets the modes of a deck be reached from the parameter table. */
export function bindModes(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}take-over`, ([boundary]) => deck.modes.takeOver(boundary === undefined ? undefined : boundaryFor(String(boundary), parameters)));
  parameters.onChange((address) => {
    if (address === `${prefix}play-mode`) deck.advance();
  });
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
