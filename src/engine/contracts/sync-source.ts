import type { Beats, Bpm, Micros } from '../music/units.js';
import type { Timeline } from '../time/timeline.js';

/**
 * Somebody else's idea of the tempo and where the beat is.
 * Thread: main. Blocks: no.
 */
export interface SyncSource {
  /** Unique name a performer sees, e.g. `midi-clock`, `osc`, `internal`. */
  readonly name: string;
  /**
   * Beats that everybody who follows this host keeps in phase: who is handed over to it, is moved by whole ones. `bar`: the host
   * counts its beats from a bar line, and its bars are as long as the session's. Default 1.
   */
  readonly quantum?: Beats | 'bar';
  /** Starts listening; `listener` is called from then on. */
  start(listener: SyncListener): void;
  stop(): void;
  /** Asks the source to take a tempo, where it can be led (the internal one, Link); false where it cannot. */
  proposeTempo(bpm: Bpm): boolean;
  /**
   * Asks the host to start from the top, to go on, or to stop, where it can be asked. The listener is told when it does.
   * `join` asks nobody: the listener is told of a start in time with the host; a source whose host's own start is sure to come, and
   * is to be waited for, has none to tell of. False where it cannot be asked now.
   */
  proposeTransport?(request: TransportRequest): boolean;
}

/** What a performer may want of the leader's transport. */
export type TransportRequest = 'start' | 'continue' | 'stop' | 'join';

export interface SyncListener {
  /** The source's present timeline; its beats are the host's song position. */
  timeline(timeline: Timeline): void;
  /** The host started (from `beat`), continued (from `beat`) or stopped, at `micros`. */
  transport(change: TransportChange): void;
  /** The source has gone quiet; the tempo is kept. */
  lost(): void;
}

export interface TransportChange {
  readonly type: 'start' | 'continue' | 'stop' | 'locate';
  readonly beat: Beats;
  readonly micros: Micros;
}
