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

/** Has the pack and the prompt at hand, where the deck is to begin anew with them; what cannot be had is told. Thread: main. */
export async function prepareDeck(deck: SceneDeck, said: DeckScene, { readPrompt, report }: Pick<SceneGround, 'readPrompt' | 'report'>): Promise<ReadyDeck> {
  const pack = said.pack ?? deck.pack;
  if (pack === '') return { deck, said };
  if (pack === deck.pack && said.prompt === undefined) {
    // What is frozen would hear nothing of the scene; its pack waits already.
    if (said.pack !== undefined && deck.succession.freeze.isOn) return { deck, said, begins: { pack } };
    if (said.pack !== undefined) deck.succession.callOff();
    return { deck, said };
  }
  try {
    const premise = said.prompt === undefined ? undefined : await readPrompt(said.prompt);
    await cue(deck, pack);
    return { deck, said, begins: { pack, premise } };
  } catch (cause) {
    report(ContinuoError.from(cause, 'swapFailed'));
    return { deck, said };
  }
}

/** Where there is no room for a pack to wait it is loaded on the way. */
async function cue(deck: SceneDeck, pack: string): Promise<void> {
  try {
    await deck.succession.waiting.cue(pack);
  } catch (cause) {
    if (ContinuoError.from(cause, 'swapFailed').errorName !== 'deviceUnavailable') throw cause;
  }
}
