import type { ComposeControls, SamplingControls } from '../contracts/composer.js';
import type { SteeringMode } from '../contracts/model-steering.js';
import { tokenAttributes, type TokenAttribute } from '../contracts/tokenizer.js';
import type { MusicConstraint } from '../music/constraint.js';
import { nearestMajorKey } from '../music/scale.js';
import type { Beats, Bpm } from '../music/units.js';
import type { Meter } from '../time/meter.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import { gridBeats, type GridName } from '../music/rhythm-grid.js';
import { dependentKnobs } from './controls/knobs.js';
import { readConstraint } from './controls/read-constraint.js';
import type { Frame } from './plan.js';
import type { Place } from './steering/steering.js';
import type { Knobs } from './take-log.js';
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
  ...Object.values(recommended), 'seed', 'key', 'density', 'mode', 'style', 'grid',
  ...dependentKnobs.filter((knob) => knob !== 'host-meter'),
]);

/** What a take is steered by: these, and what is looked up where each bar is composed. */
const takeKnobs: readonly string[] = [...steering, 'loop-limit', 'candidates', 'fill-as-before', 'fill-candidates'];

/** What turns a take into another: these, and what it makes of what is heard. */
const turnsTake: ReadonlySet<string> = new Set([...takeKnobs, 'play-mode', 'follow-key']);

/** Whether a parameter of a deck says how it composes: what it says is heard `commit` beats later. */
export function steers(name: string): boolean {
  return steering.has(name);
}

/** Reads a deck's parameters as the controls of a composer. What the performer has set goes before what a pack recommends. */
export class DeckControls {
  /** Knobs that were turned otherwise than by being set: by the configuration, or for what is composed under them. */
  private readonly touched = new Set<string>();
  private readonly written = new WrittenTempo();
  /** Adds what hangs on where the music is. Default: nothing does. */
  complete: (controls: ComposeControls, place?: Place) => ComposeControls = (controls) => controls;
  /** A knob of the take is turned, by no take that is replayed. Default: nobody asks. */
  onTurn: (name: string) => void = () => undefined;

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
      if (!address.startsWith(prefix) || origin === packOrigin || origin === replayOrigin) return;
      const name = address.slice(prefix.length);
      if (turnsTake.has(name)) this.onTurn(name);
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

  /** The lines that notes begin on, in beats; 0 for none. */
  get gridBeats(): Beats {
    return gridBeats(this.store.text(`${this.prefix}grid`) as GridName);
  }

  /** How often each bar may be composed, to choose among them. */
  get candidates(): number {
    return this.store.number(`${this.prefix}candidates`);
  }

  /** Whether bars before given ones may be those that once led to such. */
  get fillsAsBefore(): boolean {
    return this.store.boolean(`${this.prefix}fill-as-before`);
  }

  /** How often bars before given ones may be composed, to choose among them. */
  get fillCandidates(): number {
    return this.store.number(`${this.prefix}fill-candidates`);
  }

  /** How often a bar may come among eight; 0 sets no limit. */
  get loopLimit(): number {
    return this.store.number(`${this.prefix}loop-limit`);
  }

  /** Of the knobs that not every pack heeds, those that are not where they were at the start. */
  turnedKnobs(): readonly string[] {
    return dependentKnobs.filter((name) => this.store.isTurned(this.prefix + name));
  }

  /** The controls as a voice would be asked to compose under, at a place. A style that its pack has not is no wish. */
  read(voice: Pick<Voice, 'sampling' | 'styles'>, place?: Place): ComposeControls {
    return this.complete(this.readKnobs(voice), place);
  }

  /** Where everything stands that a take is steered by; `otherwise`: but for these. */
  knobs(otherwise: Knobs = new Map()): Knobs {
    return new Map(takeKnobs.map((name) => [name, otherwise.get(name) ?? this.store.get(this.prefix + name)]));
  }

  /** Turns knobs as a take says that is replayed: what is composed knows it already. */
  turn(knobs: Knobs): void {
    for (const [name, value] of knobs) this.store.publish(this.prefix + name, value, replayOrigin);
  }

  /** What `run` finds with knobs that stand otherwise; it must not wait for anything. */
  supposing<Result>(knobs: Knobs, run: () => Result): Result {
    return this.store.supposing(new Map([...knobs].map(([name, value]) => [this.prefix + name, value])), run);
  }

  /** As {@link read}, with values by their names that the performer is going to set. */
  readUnder(values: Knobs, voice: Pick<Voice, 'sampling' | 'styles'>, place?: Place): ComposeControls {
    for (const name of values.keys()) this.touched.add(name);
    return this.supposing(values, () => this.read(voice, place));
  }

  private readKnobs({ sampling, styles = [] }: Pick<Voice, 'sampling' | 'styles'>): ComposeControls {
    const number = (name: string): number => this.store.number(this.prefix + name);
    const constraint = this.constraint();
    return {
      sampling: {
        temperature: this.chosen('temperature', sampling),
        topP: this.chosen('topP', sampling),
        topK: this.chosen('topK', sampling),
        minP: this.chosen('minP', sampling),
        repetition: this.chosen('repetition', sampling),
        attributeTemperature: this.attributeTemperature(sampling),
        seed: number('seed'),
      },
      constraint,
      keySemitones: constraint.scale ? nearestMajorKey(constraint.scale.pitchClasses, number('key')) : number('key'),
      density: number('density'),
      mode: this.store.text(`${this.prefix}mode`) as SteeringMode,
      style: styles.includes(this.style) ? this.style : '',
    };
  }

  /** The performer's shares of the pack's own. */
  private attributeTemperature({ attributeTemperature = {} }: Partial<SamplingControls>): Partial<Record<TokenAttribute, number>> {
    const shares = { ...attributeTemperature };
    for (const attribute of tokenAttributes) {
      const share = this.store.number(`${this.prefix}temperature-${attribute}`);
      if (share !== 1) shares[attribute] = (shares[attribute] ?? 1) * share;
    }
    return shares;
  }

  private constraint(): MusicConstraint {
    return {
      ...readConstraint(this.store, this.prefix),
      ...(this.store.boolean(`${this.prefix}host-tempo`) && { tempo: this.tempo }),
      ...(this.meter && { meter: this.meter }),
    };
  }

  private chosen(field: keyof typeof recommended, sampling: Partial<SamplingControls>): number {
    const address = this.prefix + recommended[field];
    if (this.touched.has(recommended[field]) || this.store.wasSet(address)) return this.store.number(address);
    return sampling[field] ?? this.store.defaultOf(address);
  }
}

const packOrigin = 'pack';
/** Who turns the knobs of a take that is replayed. */
export const replayOrigin = 'replay';
/** Quarter notes in a bar of the host. */
const hostBars = 'beats-per-bar';
