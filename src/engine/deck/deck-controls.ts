import type { ComposeControls, SamplingControls } from '../contracts/composer.js';
import type { SteeringMode } from '../contracts/model-steering.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Bpm } from '../music/units.js';
import type { Meter } from '../time/meter.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import type { Frame } from './plan.js';
import type { Voice } from './voice.js';
import { WrittenTempo } from './written-tempo.js';

/** Parameters that a pack may recommend a value for. */
const recommended = {
  temperature: 'temperature',
  topP: 'top-p',
  topK: 'top-k',
  minP: 'min-p',
  repetition: 'repetition',
} as const;

/** Parameters whose change asks for what is not committed to be composed again. */
const steering: ReadonlySet<string> = new Set([
  ...Object.values(recommended), 'seed', 'key', 'density', 'mode', 'style', 'low-pitch', 'high-pitch', 'host-tempo',
]);

/** Reads a deck's parameters as the controls of a composer. What the performer has set goes before what a pack recommends. */
export class DeckControls {
  private readonly touched = new Set<string>();
  private readonly written = new WrittenTempo();

  /**
   * @param hostBpm the host's tempo at this moment.
   * @param onBars the bars that are wished for are others.
   */
  constructor(
    private readonly store: ParameterStore,
    private readonly prefix: string,
    private readonly hostBpm: () => Bpm,
    onSteer: () => void,
    onBars: () => void,
  ) {
    store.onChange((address, _value, origin) => {
      if (address === hostBars || address === `${prefix}host-meter`) return onBars();
      if (!address.startsWith(prefix) || origin === packOrigin) return;
      const name = address.slice(prefix.length);
      if (!steering.has(name)) return;
      this.touched.add(name);
      onSteer();
    });
  }

  /** Takes over a pack's recommendations wherever the performer has not chosen. */
  adopt(sampling: Partial<SamplingControls>): void {
    for (const field of Object.keys(recommended) as (keyof typeof recommended)[]) {
      this.store.publish(this.prefix + recommended[field], this.chosen(field, sampling), packOrigin);
    }
  }

  /** The tempo that music which plays now is written for. */
  get tempo(): Bpm {
    return this.written.at(this.hostBpm());
  }

  /** The bars that the music should have; `undefined` where it is left to itself. */
  get meter(): Meter | undefined {
    return this.store.boolean(`${this.prefix}host-meter`) ? { numerator: this.store.number(hostBars), denominator: 4 } : undefined;
  }

  /** What a voice's past is told to be in; a meter only where its bars can follow the host's. */
  frameFor({ keepsMeter }: Pick<Voice, 'keepsMeter'>): Frame {
    return { bpm: this.tempo, ...(keepsMeter && { meter: this.meter }) };
  }

  /** The style that is asked for, whether the pack that plays has it or not. */
  get style(): string {
    return this.store.text(`${this.prefix}style`);
  }

  /** The controls as a voice would be asked to compose under. A style that its pack has not is no wish. */
  read({ sampling, styles = [] }: Pick<Voice, 'sampling' | 'styles'>): ComposeControls {
    const number = (name: string): number => this.store.number(this.prefix + name);
    return {
      sampling: {
        temperature: this.chosen('temperature', sampling),
        topP: this.chosen('topP', sampling),
        topK: this.chosen('topK', sampling),
        minP: this.chosen('minP', sampling),
        repetition: this.chosen('repetition', sampling),
        attributeTemperature: sampling.attributeTemperature ?? {},
        seed: number('seed'),
      },
      constraint: this.constraint(),
      keySemitones: number('key'),
      density: number('density'),
      mode: this.store.text(`${this.prefix}mode`) as SteeringMode,
      style: styles.includes(this.style) ? this.style : '',
    };
  }

  private constraint(): MusicConstraint {
    const low = this.store.number(`${this.prefix}low-pitch`);
    const high = this.store.number(`${this.prefix}high-pitch`);
    return {
      ...((low > 0 || high < 127) && { pitchRange: { low: Math.min(low, high), high: Math.max(low, high) } }),
      ...(this.store.boolean(`${this.prefix}host-tempo`) && { tempo: this.tempo }),
      ...(this.meter && { meter: this.meter }),
    };
  }

  private chosen(field: keyof typeof recommended, sampling: Partial<SamplingControls>): number {
    const address = this.prefix + recommended[field];
    if (this.touched.has(recommended[field])) return this.store.number(address);
    return sampling[field] ?? this.store.defaultOf(address);
  }
}

const packOrigin = 'pack';
/** Quarter notes in a bar of the host. */
const hostBars = 'beats-per-bar';
