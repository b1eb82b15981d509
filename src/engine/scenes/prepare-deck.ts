import { ContinuoError } from '../errors.js';
import type { Score } from '../music/score.js';
import type { SceneDeck, SceneGround } from './scene-ground.js';
import type { DeckScene } from './set-list.js';

/** What of a deck is ready for a scene. */
export interface ReadyDeck {
  readonly deck: SceneDeck;
  readonly said: DeckScene;
  /** Only where the deck begins anew. */
  readonly begins?: { readonly pack: string; readonly premise?: Score };
}

/** What getting a deck ready takes. */
export interface Preparing extends Pick<SceneGround, 'readPrompt' | 'report'> {
  /** Lets a pack wait on the deck. */
  cue(deck: SceneDeck, pack: string): Promise<void>;
}

/** Has the pack and the prompt at hand, where the deck is to begin anew with them; what cannot be had is told. Thread: main. */
export async function prepareDeck(deck: SceneDeck, said: DeckScene, { readPrompt, report, cue }: Preparing): Promise<ReadyDeck> {
  const pack = said.pack ?? deck.pack;
  if (pack === '') {
    if (said.prompt !== undefined) report(new ContinuoError('badValue', `Deck ${deck.number} is empty and the scene names no pack that could go on from ${said.prompt}: name one.`));
    return { deck, said };
  }
  if (pack === deck.pack && said.prompt === undefined) {
    // What is frozen would hear nothing of the scene; its pack waits already.
    if (said.pack !== undefined && deck.succession.freeze.isOn) return { deck, said, begins: { pack } };
    if (said.pack !== undefined) deck.succession.callOff();
    return { deck, said };
  }
  try {
    const premise = said.prompt === undefined ? undefined : await readPrompt(said.prompt);
    await cue(deck, pack).catch((cause: unknown) => {
      // Where there is no room for it to wait it is loaded on the way.
      if (ContinuoError.from(cause, 'swapFailed').errorName !== 'deviceUnavailable') throw cause;
    });
    return { deck, said, begins: { pack, premise } };
  } catch (cause) {
    report(ContinuoError.from(cause, 'swapFailed'));
    return { deck, said };
  }
}
