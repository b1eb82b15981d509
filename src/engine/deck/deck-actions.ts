import type { ParameterStore } from '../parameters/parameter-store.js';
import { boundaryFor } from './boundary-for.js';
import type { Deck } from './deck.js';
import { bindLoops } from './loop-actions.js';
import { bindFill } from './steering/bind-fill.js';
import { bindSteering } from './steering/bind-steering.js';
import { bindModes } from './modes/bind-modes.js';
import { bindWaiting } from './waiting-actions.js';

/** Lets the actions of the parameter table reach a deck. */
export function bindDeckActions(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}load`, ([pack, boundary]) => deck.load(String(pack), boundaryFor(boundary as string | undefined, parameters)));
  parameters.handle(`${prefix}style`, ([style]) => deck.steering.checkStyle(String(style)));
  parameters.handle(`${prefix}keep-state`, ([name]) => deck.states.keep(String(name)));
  parameters.handle(`${prefix}recall-state`, ([name, amount = 1]) => deck.states.recall(String(name), Number(amount)));
  parameters.handle(`${prefix}forget-state`, ([name]) => deck.states.forget(String(name)));
  parameters.handle(`${prefix}rethink`, () => parameters.write(`${prefix}seed`, [parameters.number(`${prefix}seed`) + 1], 'rethink'));
  bindWaiting(deck, parameters);
  bindLoops(deck, parameters);
  bindModes(deck, parameters);
  bindSteering(deck, parameters);
  bindFill(deck, parameters);
}
