import { boundaries, type Boundary } from '../../../src/engine/parameters/boundaries.js';
import { sceneNames } from '../set-list.js';
import type { Doing, Hands } from './doing.js';

/** Who plays: swaps, packs that wait, loops, the way back, scenes, decks that come and go. */
export function voiceDoings(hands: Hands): readonly Doing[] {
  const { chance } = hands;
  const at = (): Boundary => chance.pick(boundaries);
  const state = (): string => chance.pick(['one', 'two', 'three']);
  const on = (word: string, ...values: (string | number)[]): void => hands.write(`${hands.deck()}/${word}`, ...values);
  return [
    { name: 'swap', weight: 8, do: () => on('load', hands.pack(), at()) },
    { name: 'cue', weight: 3, do: () => on('cue', hands.pack()) },
    { name: 'uncue', weight: 3, do: () => hands.uncue() },
    { name: 'back', weight: 4, do: () => on('back', at()) },
    { name: 'cue memory', weight: 0.5, do: () => hands.write('cue-memory', chance.pick([0, 128, 256, 512])) },
    { name: 'freeze', weight: 2, do: () => on('freeze', chance.pick([0.25, 0.5, 1, 1, 2, 4, 3.7])) },
    { name: 'thaw', weight: 3, do: () => hands.write(`${hands.deckThat((prefix) => hands.stage.parameters.number(`${prefix}frozen`) > 0)}/thaw`) },
    { name: 'rewind', weight: 3, do: () => on('rewind', chance.pick([1, 1, 2, 4, 16])) },
    { name: 'replay', weight: 1, do: () => on('replay') },
    { name: 'keep state', weight: 0.5, do: () => on('keep-state', state()) },
    { name: 'recall state', weight: 0.5, do: () => on('recall-state', state(), chance.next()) },
    { name: 'forget state', weight: 0.2, do: () => on('forget-state', state()) },
    { name: 'scene', weight: 3, do: () => hands.write('recall', chance.pick(sceneNames), at()) },
    { name: 'next scene', weight: 1, do: () => hands.write(chance.pick(['next-scene', 'previous-scene'])) },
    { name: 'deck count', weight: 1, do: () => hands.write('decks', chance.pick([1, 2, 2, 3])) },
  ];
}
