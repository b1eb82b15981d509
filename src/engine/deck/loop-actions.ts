import type { ParameterStore } from '../parameters/parameter-store.js';
import type { Deck } from './deck.js';

/** Lets the performer freeze a deck, and send its music back. */
export function bindLoops(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}freeze`, ([bars = 1]) => deck.succession.freeze.begin(Number(bars)));
  parameters.handle(`${prefix}thaw`, () => deck.succession.freeze.end());
  parameters.handle(`${prefix}rewind`, ([bars = 1]) => deck.rewinding.back(Number(bars)));
  parameters.handle(`${prefix}replay`, () => deck.rewinding.replay());
}
