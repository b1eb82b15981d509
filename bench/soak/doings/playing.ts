import { playModes } from '../../../src/engine/deck/modes/play-mode.js';
import { boundaries } from '../../../src/engine/parameters/boundaries.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import type { SimulatedPlayer } from '../player.js';
import type { Doing, Hands } from './doing.js';

const wishes: readonly (readonly ParameterValue[])[] = [
  [], ['low-pitch', 60, 'high-pitch', 72], ['channel', 1], ['earliest', 0.5, 'latest', 2], ['polyphony', 1], ['shortest', 0.25, 'low-velocity', 90], ['low-pitch', 200], ['nonsense', 1],
];

/** People who play along, and what the decks make of them. */
export function playingDoings(hands: Hands, player: SimulatedPlayer): readonly Doing[] {
  const { chance } = hands;
  const on = (word: string, ...values: ParameterValue[]): void => hands.write(`${hands.deck()}/${word}`, ...values);
  return [
    { name: 'phrase', weight: 12, do: () => player.phrase() },
    { name: 'hands lifted', weight: 1, do: () => player.lift() },
    { name: 'play mode', weight: 4, do: () => on('play-mode', chance.pick(['continue', 'continue', 'continue', ...playModes])) },
    { name: 'take over', weight: 3, do: () => hands.write(`${hands.deckIn('answer')}/take-over`, chance.pick(boundaries)) },
    { name: 'query', weight: 4, do: () => hands.write(`${hands.deckIn('query')}/query`, ...chance.pick(wishes)) },
    { name: 'feed', weight: 3, do: () => hands.write(`${hands.deckIn('query')}/feed`, chance.whole(30, 90), chance.whole(1, 127), chance.between(-1, 1), chance.between(0.1, 2), chance.whole(0, 15)) },
  ];
}
