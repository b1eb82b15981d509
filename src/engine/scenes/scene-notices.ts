import type { ParameterAccess } from '../contracts/control-surface.js';
import type { Scene } from './set-list.js';

type Values = Pick<ParameterAccess, 'get' | 'addresses'>;

/** Decks that a scene has a pack for and that are silent all the same, as what silences them was set before, a sentence each. */
export function silentDecks({ name, decks }: Scene, parameters: Values): readonly string[] {
  return [...decks].flatMap(([number, { pack, values }]) => {
    const prefix = `deck/${number}/`;
    if (pack === undefined || !parameters.addresses().includes(`${prefix}mute`)) return [];
    const mode = String(parameters.get(`${prefix}play-mode`));
    const waits = (mode === 'query' || mode === 'answer') && !values.has('play-mode');
    const isMuted = parameters.get(`${prefix}mute`) === true && !values.has('mute');
    return [
      ...(waits ? [`Deck ${number} is still in play-mode ${mode}, of which scene ${name} says nothing: it waits for somebody.`] : []),
      ...(isMuted ? [`Deck ${number} is still muted, of which scene ${name} says nothing.`] : []),
    ];
  });
}

/** What plays and no scene can say, a sentence each. */
export function unsavedDoings({ name, decks }: Scene, parameters: Values): readonly string[] {
  return [...decks.keys()].flatMap((number) => {
    const of = (figure: string): number | string => parameters.get(`deck/${number}/${figure}`) as number | string;
    const doings = [
      ...(Number(of('frozen')) > 0 ? ['what it repeats'] : []),
      ...(String(of('section')) === '' ? [] : ['its plan']),
      ...(Number(of('forced')) > 0 && String(of('section')) === '' ? ['its forced notes'] : []),
    ];
    return doings.length === 0 ? [] : [`Scene ${name} has the pack and the knobs of deck ${number}, and not ${doings.join(' or ')}.`];
  });
}
