import type { PackSummary } from '../packs/pack.js';
import type { Clock } from '../time/clock.js';
import type { ControlSurface } from './control-surface.js';
import type { NoteSource } from './note-source.js';
import type { ControllerSource } from './controller-source.js';
import type { OutputSpecification } from './output.js';
import type { SyncSource } from './sync-source.js';

/** Service identifier of the wire in its child container. */
export const Transport = Symbol.for('continuo.Transport');

/** Service identifier of {@link TransportContext}. */
export const TransportContext = Symbol.for('continuo.TransportContext');

/**
 * One wire: it may offer outputs, sync sources, a control surface and notes that are heard; it never talks to another wire.
 * Thread: main (its outputs run in the send thread).
 */
export interface Transport {
  readonly name: string;
  /**
   * Opens ports and sockets. A device that is not there is no failure: it is a notice, and what can work does.
   * Errors: `portUnavailable` when the wire as a whole cannot be had.
   */
  open(): Promise<TransportOffer>;
  /** What else of its kind is on this machine, for somebody who looks for it; one sentence each. Called while it is open. */
  survey?(): Promise<readonly Notice[]>;
  /** Optional: tells from now on, until it is closed, of devices that go and come back. Called after `open`. */
  watch?(watcher: TransportWatcher): void;
  close(): Promise<void>;
}

/** Who is told of what becomes of a wire's devices while it is open. Thread: main. Blocks: no. */
export interface TransportWatcher {
  /** The far end of an output is gone: its notes are ended, as far as anybody hears it, and it is closed. */
  outputLost(name: string): void;
  /**
   * The far end of an output is there, for the first time or again: it is opened, and joins in where the music is. Resolves with
   * whether it opened; why it did not is told once, however often it is tried.
   */
  outputFound(specification: OutputSpecification): Promise<boolean>;
  /** Whether the output is open: what was offered may have been refused. */
  isOutputOpen(name: string): boolean;
  notice(notice: Notice): void;
}

export interface TransportOffer {
  readonly outputs: readonly OutputSpecification[];
  readonly syncSources: readonly SyncSource[];
  readonly controlSurfaces: readonly ControlSurface[];
  /** Who can be heard playing over it. Default: nobody. */
  readonly noteSources?: readonly NoteSource[];
  /** Knobs and buttons that parameters can be put on. Default: none. */
  readonly controllerSources?: readonly ControllerSource[];
  /** Where it listens, for wires that tell programs what there is. Default: nowhere. */
  readonly endpoints?: readonly Endpoint[];
  /** One sentence each: what is open and where, what is off and how to get it. */
  readonly notices: readonly Notice[];
}

/** Where a wire can be reached. */
export interface Endpoint {
  /** What is spoken there, as service discovery names it: `_osc._udp` for instance. */
  readonly service: string;
  readonly host: string;
  readonly port: number;
}

export interface Notice {
  readonly level: 'ready' | 'off';
  readonly sentence: string;
}

export interface TransportContext {
  /** The wire's part of the configuration after `optionsSchema`. */
  readonly options: unknown;
  readonly clock: Clock;
  /** Packs on the shelf, for wires that show them. */
  packs(): readonly PackSummary[];
  /** Where the wires that are open by now can be reached. Default: nowhere. */
  endpoints?(): readonly Endpoint[];
}
