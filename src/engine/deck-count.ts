import type { Configuration } from './configuration.js';
import { outputText } from './deck/shaping/bind-outputs.js';
import { startValues } from './deck/shaping/start-values.js';
import type { Deck } from './deck/deck.js';
import type { Ensemble } from './ensemble.js';
import type { ParameterStore } from './parameters/parameter-store.js';

const address = 'decks';

/** Sets what a configuration says of a deck, if it says anything. */
export function applyStartValues(number: number, { decks }: Pick<Configuration, 'decks'>, parameters: ParameterStore): void {
  const deck = decks.at(number - 1);
  if (!deck) return;
  const prefix = `deck/${number}/`;
  parameters.publish(`${prefix}outputs`, outputText(deck.outputs));
  for (const [name, value] of startValues(deck)) parameters.publish(prefix + name, value);
}

/**
 * Lets the performer have more or fewer decks while it plays: more begin with what the configuration says of them, and of
 * fewer the last go. `load` brings a new deck its first pack; nobody waits for that. Thread: main.
 */
export function bindDeckCount(
  { ensemble, parameters, configuration }: { readonly ensemble: Ensemble; readonly parameters: ParameterStore; readonly configuration: Configuration },
  load: (deck: Deck) => Promise<unknown>,
): void {
  let changes: Promise<void> = Promise.resolve();
  const change = async (count: number): Promise<void> => {
    while (ensemble.decks.length > count) await ensemble.removeDeck();
    while (ensemble.decks.length < count) {
      const deck = ensemble.addDeck();
      applyStartValues(deck.number, configuration, parameters);
      void load(deck);
    }
  };
  parameters.handle(address, ([count]) => {
    const done = changes.then(() => change(Number(count)));
    changes = done.catch(() => undefined);
    return done;
  });
  parameters.publish(address, ensemble.decks.length);
}
