import type { ContinuoError } from '../errors.js';
import type { Parameter, ParameterValue } from '../parameters/parameter.js';
import type { EngineEvent } from '../events.js';

/**
 * Reads and writes the parameter table over one wire. It holds no list of parameters of its own.
 * Thread: main. Blocks: no.
 */
export interface ControlSurface {
  readonly name: string;
  attach(access: ParameterAccess): void;
  detach(): void;
}

/** The parameter table as a surface sees it. Addresses are table paths such as `bpm` or `deck/1/temperature`. */
export interface ParameterAccess {
  /** Every address, expanded for the decks that exist. */
  addresses(): readonly string[];
  /** The table's entry behind an address: a value or an action, its type and range. Errors: `unknownAddress`. */
  entry(address: string): Parameter;
  /** Errors: `unknownAddress`. */
  get(address: string): ParameterValue;
  /** Sets a value or triggers an action with its arguments. Errors: `unknownAddress`, `badValue`, what the action throws. */
  write(address: string, values: readonly ParameterValue[], origin: string): Promise<void>;
  /** The same, with what the action answers; nothing where it does not. */
  ask(address: string, values: readonly ParameterValue[], origin: string): Promise<readonly ParameterValue[]>;
  /** Called on every change of a value, whoever made it. */
  onChange(listener: (address: string, value: ParameterValue, origin: string) => void): () => void;
  /** Called when addresses came or went, with what they begin with, e.g. `deck/2/`. */
  onAddresses(listener: (prefix: string) => void): () => void;
  /** Called on everything else that happens (notes, swaps, errors, counters). */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** Tells every surface of a fault. */
  report(error: ContinuoError, origin: string): void;
}
