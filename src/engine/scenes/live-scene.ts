import type { ParameterStore } from '../parameters/parameter-store.js';
import type { ParameterValue } from '../parameters/parameter.js';
import type { SceneDeck } from './scene-ground.js';
import { setFileAddress, type DeckScene, type Scene, type SceneValues } from './set-list.js';

/**
 * What of the parameter table is as the performer made it: what was set by hand, or by a scene, since the engine started, and not
 * what packs recommend or a replay turns. Thread: main.
 */
export class LiveScene {
  constructor(
    private readonly parameters: ParameterStore,
    private readonly decks: () => readonly Pick<SceneDeck, 'number' | 'heardPack'>[],
  ) {}

  /** The present state as a scene: what was set, what any scene of its set speaks of, and the packs that play. `base`: the scene as it was. */
  read(name: string, base: Scene | undefined, scenes: readonly Scene[]): Scene {
    const { parameters } = this;
    const spokenOf = new Set(scenes.flatMap(addressesOf));
    const wanted = new Set(parameters.addresses().filter((address) => this.isSettable(address) && (parameters.wasSet(address) || spokenOf.has(address))));
    const decks = new Map<number, DeckScene>();
    for (const number of this.deckNumbers()) {
      const prefix = `deck/${number}/`;
      const pack = this.packOf(number);
      const values = this.valuesBelow(prefix, wanted);
      if (pack !== '' || values.size > 0) decks.set(number, { ...(pack !== '' && { pack }), values });
    }
    return { name, ...(base?.at && { at: base.at }), values: this.valuesBelow('', wanted), decks };
  }

  private valuesBelow(prefix: string, wanted: ReadonlySet<string>): SceneValues {
    const values = new Map<string, ParameterValue>();
    for (const address of this.parameters.addresses()) {
      if (!wanted.has(address) || !address.startsWith(prefix)) continue;
      const name = address.slice(prefix.length);
      if (!name.includes('/')) values.set(name, this.parameters.get(address));
    }
    return values;
  }

  private packOf(number: number): string {
    return this.decks().find((deck) => deck.number === number)?.heardPack ?? '';
  }

  private deckNumbers(): readonly number[] {
    return this.parameters.addresses().flatMap((address) => {
      const found = /^deck\/(\d+)\/pack$/.exec(address);
      return found ? [Number(found[1])] : [];
    });
  }

  private isSettable(address: string): boolean {
    if (address === setFileAddress) return false;
    const entry = this.parameters.entry(address);
    return entry.kind === 'value' && entry.readOnly !== true;
  }
}

function addressesOf({ values, decks }: Scene): readonly string[] {
  return [...values.keys(), ...[...decks].flatMap(([number, deck]) => [...deck.values.keys()].map((name) => `deck/${number}/${name}`))];
}
