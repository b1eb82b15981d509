import type { ParameterStore } from '../../parameters/parameter-store.js';
import { deckShapingParameters } from '../../parameters/table/deck-shaping.js';
import type { Position } from '../deck-dependencies.js';
import type { DrumTreatment } from './routing.js';
import { mostTimingBeats } from './humanise.js';
import { neutralShaping, type Shaping } from './shaping.js';
import { swingGrids, type SwingGrid } from './swing.js';

const names: ReadonlySet<string> = new Set(deckShapingParameters.map(({ name }) => name));
const solo = /^deck\/\d+\/solo$/;
const hostBars = 'beats-per-bar';

/** Reads a deck's parameters as its shaping, and tells when it is another. Thread: main. */
export class ShapingControls {
  /** Decks that play solo, by their addresses. */
  private readonly soloing: Set<string>;

  constructor(
    private readonly store: ParameterStore,
    private readonly prefix: string,
    private readonly position: Pick<Position, 'beatMicros'>,
    onChange: () => void,
  ) {
    this.soloing = new Set(store.addresses().filter((address) => solo.test(address) && store.boolean(address)));
    store.onChange((address, value) => {
      if (solo.test(address)) this.soloing[value ? 'add' : 'delete'](address);
      const own = address.startsWith(prefix) && names.has(address.slice(prefix.length));
      if (own || address === hostBars || solo.test(address)) onChange();
    });
  }

  read(): Shaping {
    const { store, prefix } = this;
    const number = (name: string): number => store.number(prefix + name);
    const gain = number('gain');
    return {
      audible: gain > 0 && !store.boolean(`${prefix}mute`) && !this.isSoloedOut(),
      routing: { channel: number('channel'), drums: store.text(`${prefix}drums`) as DrumTreatment },
      program: number('program'),
      transposeSemitones: number('transpose'),
      gain,
      swing: { share: number('swing') / 100, gridBeats: swingGrids[store.text(`${prefix}swing-grid`) as SwingGrid] },
      humanise: {
        timingBeats: Math.min(mostTimingBeats, (number('humanise-timing') * 1000) / this.position.beatMicros),
        velocitySpread: number('humanise-velocity'),
        seed: number('seed'),
      },
      // Bars are of no interest where nothing stands out in them.
      accents: number('accent') === 0 ? neutralShaping.accents : { amount: number('accent'), beatsPerBar: store.number(hostBars) },
    };
  }

  private isSoloedOut(): boolean {
    return this.soloing.size > 0 && !this.soloing.has(`${this.prefix}solo`);
  }
}
