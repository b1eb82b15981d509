import type { Beats, Micros } from '../music/units.js';

/** Service identifier of the output in the send thread's container. */
export const Output = Symbol.for('continuo.Output');

/**
 * Carries notes out of the house over one wire to one destination.
 * Thread: send. Blocks: never. Allocates: as little as the wire's library allows.
 */
export interface Output {
  /** Opens the port or socket. Errors: `deviceUnavailable`, `portUnavailable`. */
  open(): Promise<void>;
  /** Sends one event. `dueMicros` (monotonic) is when it must sound, the lane's lead time ahead of now, or past. */
  send(event: WireEvent, dueMicros: Micros): void;
  /** Called after the last event of a burst: send what was gathered. */
  flush(): void;
  close(): Promise<void>;
}

export type WireEventKind = 'noteOn' | 'noteOff' | 'control' | 'program' | 'clock' | 'start' | 'continue' | 'stop' | 'position';

/** One event on its way out. The lane reuses the object: copy what must be kept. */
export interface WireEvent {
  kind: WireEventKind;
  /** Deck number 1.., 0 for the engine itself (clock, transport). */
  owner: number;
  /** 0..15 */
  channel: number;
  /** Pitch, controller or program 0..127; song position in sixteenths for `position`. */
  data1: number;
  /** Velocity or value 0..127. */
  data2: number;
  beat: Beats;
  /** Length in beats of a noteOn, 0 otherwise. */
  durationBeats: Beats;
  /** Identity of the note, the same in its noteOn and noteOff; unique within a run. */
  noteId: number;
  /** Tempo at that beat, for wires that speak of seconds or cycles. */
  microsPerBeat: number;
}

/** How the main thread describes an output to the send thread. Structured-cloneable but for `transfer` and `renew`. */
export interface OutputSpecification {
  /** Unique name a performer sees, e.g. `midi`, `osc:127.0.0.1:57120`. */
  readonly name: string;
  /** File URL of an ES module whose default export is a ContainerModule that binds {@link Output}. */
  readonly implementation: string;
  /** Bound as {@link OutputOptions}; may hold MessagePorts (listed in `transfer`). */
  readonly options: unknown;
  readonly transfer?: readonly import('node:worker_threads').Transferable[];
  /**
   * Makes options anew for a send thread that had to be started again: what was transferred went down with the old one.
   * Without it an output that has `transfer` is not opened again. Thread: main.
   */
  renew?(): Pick<OutputSpecification, 'options' | 'transfer'>;
  /** How long before it is due an event is handed to the wire: 0 for wires that play on arrival. */
  readonly leadMicros: Micros;
  /** Signed correction; positive plays later. */
  readonly offsetMicros: Micros;
  /** Whether this output carries 24-ppqn clock and transport. */
  readonly sendsClock: boolean;
  /** A record of what is played, and nobody's instrument: what it is sent is not counted. Default: not. */
  readonly isRecord?: boolean;
}

/** Service identifier of `OutputSpecification.options` in the send thread's container. */
export const OutputOptions = Symbol.for('continuo.OutputOptions');
