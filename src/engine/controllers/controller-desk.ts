import type { ControllerPlace, ControllerSource } from '../contracts/controller-source.js';
import { disposable, type Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import type { ParameterValue } from '../parameters/parameter.js';
import type { ControllerFile } from './controller-file.js';
import { ControllerLearning } from './controller-learning.js';
import type { ControllerMap, Mapping } from './controller-map.js';
import { isContinuous, isSteerable, positionOf, valueAt } from './controller-scale.js';
import { Knob } from './knob.js';

/** Controller n + 32 says the fine half of controller n. */
const fineHalf = 32;

/** A program, 0..127, was chosen on a channel, 0..15, of a source. */
export type ProgramListener = (channel: number, program: number, source: string) => void;

interface Known {
  readonly source: string;
  readonly address: string;
  readonly knob: Knob;
}

/**
 * What every knob and button does to the parameter table, whatever wire it comes from: the table's own controllers, those
 * that were learned, pick-up, fine knobs, and lamps that show what is.
 * Thread: main. Blocks: while it is made, for the file.
 */
export class ControllerDesk {
  private readonly learning: ControllerLearning;
  private readonly map: ControllerMap;
  /** By source and place. */
  private readonly knobs = new Map<string, Known>();
  private readonly sources = new Map<string, ControllerSource>();
  private readonly programListeners = new Set<ProgramListener>();

  constructor(
    private readonly parameters: ParameterStore,
    file: ControllerFile,
  ) {
    this.learning = new ControllerLearning(parameters, file);
    this.map = this.learning.map;
    parameters.onChange((address, value, origin) => this.changed(address, value, origin));
  }

  /** What is wrong with the file of what was learned. */
  get fault(): ContinuoError | undefined {
    return this.learning.fault;
  }

  /** Disposing takes the source away. Errors: `badPlugin` when its name is taken. */
  register(source: ControllerSource): Disposable {
    const { name } = source;
    if (this.sources.has(name)) throw new ContinuoError('badPlugin', `There are two sets of controllers called ${name}; give one another name.`);
    this.sources.set(name, source);
    source.start({
      moved: (place, value) => this.moved(name, place, value),
      programChosen: (channel, program) => this.programListeners.forEach((listener) => listener(channel, program, name)),
      returned: () => this.returned(source),
    });
    this.showAll(source);
    return disposable(() => {
      source.stop();
      this.sources.delete(name);
    });
  }

  onProgram(listener: ProgramListener): Disposable {
    this.programListeners.add(listener);
    return disposable(() => this.programListeners.delete(listener));
  }

  /** What knobs move until others are lent, before what was learned. */
  lend(mappings: readonly Mapping[]): void {
    this.map.lend(mappings);
    for (const source of this.sources.values()) for (const { address } of mappings) this.show(address, source);
  }

  private returned(source: ControllerSource): void {
    for (const known of this.knobs.values()) if (known.source === source.name) known.knob.letGo();
    this.showAll(source);
  }

  private showAll(source: ControllerSource): void {
    for (const address of this.parameters.addresses()) this.show(address, source);
  }

  private moved(source: string, place: ControllerPlace, value: number): void {
    const coarse = this.learning.waits ? undefined : this.coarseHalf(source, place);
    if (coarse !== undefined) {
      const { knob, mapping } = coarse;
      knob.refine(value);
      this.steer(source, mapping, knob);
      return;
    }
    this.learning.offer(source, place);
    const mapping = this.map.at(source, place);
    if (mapping === undefined) return;
    const knob = this.knobFor(source, place, mapping);
    knob.turn(value);
    this.steer(source, mapping, knob);
  }

  /** The knob whose fine half a controller says, where that has been turned and this is none itself: a box may have a knob of its own there. */
  private coarseHalf(source: string, place: ControllerPlace): { readonly knob: Knob; readonly mapping: Mapping } | undefined {
    const controller = place.controller - fineHalf;
    if (controller < 0 || controller >= fineHalf || this.map.at(source, place) !== undefined) return undefined;
    const coarse = { channel: place.channel, controller };
    const mapping = this.map.at(source, coarse);
    const known = this.knobs.get(keyOf(source, coarse));
    return mapping && known?.address === mapping.address ? { mapping, knob: known.knob } : undefined;
  }

  private steer(source: string, { address, arguments: given = [] }: Mapping, knob: Knob): void {
    const { parameters } = this;
    // A deck that was learned may not be there tonight.
    if (!parameters.has(address)) return;
    const entry = parameters.entry(address);
    if (!isSteerable(entry, given)) return;
    if (entry.kind === 'action') {
      if (knob.isPressed()) this.write(source, address, given);
      return;
    }
    const present = parameters.get(address);
    const waits = isContinuous(entry) && parameters.boolean('pick-up') && !knob.takesHold(positionOf(entry, present));
    const value = valueAt(entry, knob.position);
    if (waits || value === present) return;
    this.tellKnobs(address, value, (other) => other.knob !== knob);
    this.write(source, address, [value]);
  }

  private write(source: string, address: string, values: readonly ParameterValue[]): void {
    const origin = originOf(source);
    this.parameters.write(address, values, origin).catch((cause: unknown) => this.parameters.report(ContinuoError.from(cause, 'badValue'), origin));
  }

  /** A value is another than those knobs said. */
  private tellKnobs(address: string, value: ParameterValue, whom: (known: Known) => boolean): void {
    const entry = this.parameters.entry(address);
    if (entry.kind !== 'value' || !isContinuous(entry)) return;
    for (const known of this.knobs.values()) if (known.address === address && whom(known)) known.knob.isMoved(positionOf(entry, value));
  }

  private changed(address: string, value: ParameterValue, origin: string): void {
    this.tellKnobs(address, value, ({ source }) => origin !== originOf(source));
    for (const source of this.sources.values()) {
      // A motor must not pull at the hand that moves it.
      if (origin !== originOf(source.name)) this.show(address, source);
    }
  }

  private show(address: string, source: ControllerSource): void {
    // A scene may lend knobs to a deck that is not there.
    if (source.show === undefined || !this.parameters.has(address)) return;
    const entry = this.parameters.entry(address);
    if (entry.kind !== 'value' || !isSteerable(entry)) return;
    const value = Math.round(positionOf(entry, this.parameters.get(address)) * 127);
    for (const { source: name = source.name, channel = 0, controller } of this.map.of(address)) {
      if (name === source.name) source.show({ channel, controller }, value);
    }
  }

  private knobFor(source: string, place: ControllerPlace, { address }: Mapping): Knob {
    const key = keyOf(source, place);
    const known = this.knobs.get(key);
    if (known?.address === address) return known.knob;
    const knob = new Knob();
    this.knobs.set(key, { source, address, knob });
    return knob;
  }
}

function keyOf(source: string, { channel, controller }: ControllerPlace): string {
  return `${channel} ${controller} ${source}`;
}

function originOf(source: string): string {
  return `controller:${source}`;
}
