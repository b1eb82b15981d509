import { ContinuoError } from '../errors.js';
import { boundaries, type Boundary } from '../parameters/boundaries.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import type { Deck } from './deck.js';

/** Lets the actions of the parameter table reach a deck. */
export function bindDeckActions(deck: Deck, parameters: ParameterStore): void {
  const prefix = `deck/${deck.number}/`;
  parameters.handle(`${prefix}load`, ([pack, boundary]) => deck.load(String(pack), boundaryFor(boundary as string | undefined, parameters)));
  parameters.handle(`${prefix}style`, ([style]) => deck.checkStyle(String(style)));
  parameters.handle(`${prefix}keep-state`, ([name]) => deck.states.keep(String(name)));
  parameters.handle(`${prefix}recall-state`, ([name, amount = 1]) => deck.states.recall(String(name), Number(amount)));
  parameters.handle(`${prefix}forget-state`, ([name]) => deck.states.forget(String(name)));
  parameters.handle(`${prefix}rethink`, () => parameters.write(`${prefix}seed`, [parameters.number(`${prefix}seed`) + 1], 'rethink'));
}

/** The boundary that is asked for, else the one that is set. Errors: `badValue`. */
export function boundaryFor(asked: string | undefined, parameters: ParameterStore): Boundary {
  const wanted = asked ?? parameters.text('swap-at');
  const boundary = boundaries.find((candidate) => candidate === wanted);
  if (boundary) return boundary;
  throw new ContinuoError('badValue', `A boundary is one of ${boundaries.join(', ')}, not "${wanted}".`);
}
