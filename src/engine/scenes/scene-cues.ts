import type { SceneDeck } from './scene-ground.js';
import type { Scene } from './set-list.js';

/** The packs that wait for a scene and for nobody else: one whose scene does not come makes room for others. Thread: main. Blocks: no. */
export class SceneCues {
  private readonly packs = new Map<SceneDeck, Set<string>>();

  /** Resolves when the pack waits, loaded and warm. Errors: as cueing by hand. */
  async cue(deck: SceneDeck, pack: string): Promise<void> {
    const { waiting } = deck.succession;
    if (!waiting.isCued(pack)) this.packs.set(deck, new Set([...(this.packs.get(deck) ?? []), pack]));
    await waiting.cue(pack);
  }

  /** What waited for a deck plays there. */
  tookOver(deck: SceneDeck): void {
    this.packs.delete(deck);
  }

  /** What a scene does not name makes room from now on. */
  keepFor({ decks }: Scene): void {
    for (const [deck, packs] of this.packs) {
      for (const pack of packs) if (decks.get(deck.number)?.pack !== pack) deck.succession.waiting.makeWay(pack);
    }
  }

  /** The same, and nothing else waits for any scene: what is cued by hand from now on is nobody's but the hand's. */
  keepOnlyFor(scene: Scene): void {
    this.keepFor(scene);
    for (const [deck, packs] of this.packs) {
      const pack = scene.decks.get(deck.number)?.pack;
      this.packs.set(deck, new Set(pack !== undefined && packs.has(pack) ? [pack] : []));
    }
  }
}
