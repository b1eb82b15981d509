import type { ControllerPlace } from '../contracts/controller-source.js';
import type { Parameter, ParameterValue } from '../parameters/parameter.js';

/** A knob and what it moves. */
export interface Mapping {
  /** Name of the source it is at; absent: any. */
  readonly source?: string;
  /** 0..15; absent: any. */
  readonly channel?: number;
  readonly controller: number;
  readonly address: string;
  /** What an action is given. */
  readonly arguments?: readonly ParameterValue[];
}

/** The table, as far as knobs are concerned. */
export interface ControllableTable {
  addresses(): readonly string[];
  entry(address: string): Parameter;
}

/**
 * The controllers of the table: those of a deck on the channel of its number (deck 1 on the first), those of the engine on
 * every channel.
 */
export function defaultMappings(table: ControllableTable): readonly Mapping[] {
  return table.addresses().flatMap((address) => {
    const { controller } = table.entry(address);
    if (controller === undefined) return [];
    const deck = /^deck\/(\d+)\//.exec(address)?.[1];
    return [deck === undefined ? { controller, address } : { channel: Number(deck) - 1, controller, address }];
  });
}

/**
 * What each knob moves: what the scene says, else what was learned, else the table's own. A knob moves one
 * address; an address may have many knobs. Thread: main. Blocks: no.
 */
export class ControllerMap {
  private own: readonly Mapping[];
  private ofScene: readonly Mapping[] = [];

  constructor(
    private defaults: readonly Mapping[],
    learned: readonly Mapping[] = [],
  ) {
    this.own = learned;
  }

  get learned(): readonly Mapping[] {
    return this.own;
  }

  /** Decks have come or gone. */
  setDefaults(defaults: readonly Mapping[]): void {
    this.defaults = defaults;
  }

  at(source: string, place: ControllerPlace): Mapping | undefined {
    const here = (mapping: Mapping): boolean => isAt(mapping, source, place);
    return this.ofScene.find(here) ?? this.own.find(here) ?? this.defaults.find(here);
  }

  /** Every knob that moves an address. */
  of(address: string): readonly Mapping[] {
    return [...this.ofScene, ...this.own, ...this.defaults].filter((mapping) => mapping.address === address);
  }

  /** Until the next scene that says what its knobs move. */
  lend(mappings: readonly Mapping[]): void {
    this.ofScene = mappings;
  }

  learn(source: string, place: ControllerPlace, address: string, values: readonly ParameterValue[]): void {
    const others = this.own.filter((known) => !isAt(known, source, place));
    this.own = [...others, { source, ...place, address, ...(values.length > 0 ? { arguments: values } : {}) }];
  }

  /** Forgets what was learned for an address, or everything; true where there was something. */
  unlearn(address?: string): boolean {
    const before = this.own.length;
    this.own = address === undefined ? [] : this.own.filter((mapping) => mapping.address !== address);
    return this.own.length < before;
  }
}

function isAt(mapping: Mapping, source: string, { channel, controller }: ControllerPlace): boolean {
  return (
    mapping.controller === controller &&
    (mapping.channel === undefined || mapping.channel === channel) &&
    (mapping.source === undefined || mapping.source === source)
  );
}
