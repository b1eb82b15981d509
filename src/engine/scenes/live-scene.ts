import type { ParameterAccess } from '../contracts/control-surface.js';
import { replayOrigin } from '../deck/deck-controls.js';
import type { ParameterValue } from '../parameters/parameter.js';
import { setFileAddress, type DeckScene, type Scene, type SceneValues } from './set-list.js';

/** Where changes come from that nobody made by hand: what the engine counts, what packs recommend, and what a replay turns. */
const notByHand: ReadonlySet<string> = new Set(['engine', 'pack', replayOrigin]);

/**
 * What of the parameter table is as the performer made it: what was set by hand, or by a scene, since the engine started.
 * Thread: main.
 */
export class LiveScene {
  private readonly set = new Set<string>();

  constructor(private readonly parameters: ParameterAccess) {
    parameters.onChange((address, _value, origin) => {
      if (!notByHand.has(origin)) this.set.add(address);
    });
  }

  /** The present state as a scene: what was set, what any scene of its set speaks of, and the packs that play. `base`: the scene as it was. */
  read(name: string, base: Scene | undefined, scenes: readonly Scene[]): Scene {
    const { parameters } = this;
    const wanted = new Set([...this.set, ...scenes.flatMap(addressesOf)].filter((address) => this.isSettable(address)));
    const decks = new Map<number, DeckScene>();
    for (const number of this.deckNumbers()) {
      const prefix = `deck/${number}/`;
      const pack = String(parameters.get(`${prefix}pack`));
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

  private deckNumbers(): readonly number[] {
    return this.parameters.addresses().flatMap((address) => {
      const found = /^deck\/(\d+)\/pack$/.exec(address);
      return found ? [Number(found[1])] : [];
    });
  }

  private isSettable(address: string): boolean {
    if (address === setFileAddress || !this.parameters.addresses().includes(address)) return false;
    const entry = this.parameters.entry(address);
    return entry.kind === 'value' && entry.readOnly !== true;
  }
}

function addressesOf({ values, decks }: Scene): readonly string[] {
  return [...values.keys(), ...[...decks].flatMap(([number, deck]) => [...deck.values.keys()].map((name) => `deck/${number}/${name}`))];
}
