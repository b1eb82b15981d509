import type { ParameterStore } from '../parameters/parameter-store.js';
import { boundaryFor } from './boundary-for.js';
import type { Deck } from './deck.js';

/** Lets the performer cue packs on a deck and come back to what played before. */
export function bindWaiting(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}cue`, ([pack]) => deck.succession.waiting.cue(String(pack)));
  parameters.handle(`${prefix}uncue`, ([pack]) => deck.succession.waiting.uncue(String(pack)));
  parameters.handle(`${prefix}back`, ([boundary]) => deck.succession.back(boundaryFor(boundary as string | undefined, parameters)));
}
