import type { Beats, Micros } from '../music/units.js';

/**
 * Somebody who plays, heard over one wire.
 * Thread: main. Blocks: no.
 */
export interface NoteSource {
  /** Unique name a performer sees, e.g. `midi`, `osc`, `websocket`. */
  readonly name: string;
  /** How long it takes from the finger to the stamp, where the performer knows: stamps are taken to be so much earlier. */
  readonly latencyMicros: Micros;
  /** Starts listening; `listener` is called from then on. */
  start(listener: NoteListener): void;
  stop(): void;
}

export interface NoteListener {
  heard(event: HeardEvent): void;
}

interface Stamped {
  /** When it was played, on the engine's clock; at or before now. */
  readonly micros: Micros;
}

/** One thing that somebody played. Channels are 0..15; pitches, controllers and values 0..127. */
export type HeardEvent =
  | (Stamped & {
      readonly type: 'noteOn';
      readonly channel: number;
      readonly pitch: number;
      /** 1..127 */
      readonly velocity: number;
      /** Where the length is told with the note: no `noteOff` follows. */
      readonly durationBeats?: Beats;
    })
  | (Stamped & { readonly type: 'noteOff'; readonly channel: number; readonly pitch: number })
  | (Stamped & { readonly type: 'control'; readonly channel: number; readonly controller: number; readonly value: number })
  /** Every key of a channel is up; without a channel, of all of them: the player has left, or his program ended its notes. */
  | (Stamped & { readonly type: 'released'; readonly channel?: number });
