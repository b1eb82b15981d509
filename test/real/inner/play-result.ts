import type { AlsaPort } from '../support/alsa-ports.js';
import type { DumpedEvent } from '../support/aseqdump.js';
import type { TransportChange } from '../../../src/engine/contracts/sync-source.js';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import type { SenderCounters } from '../../../src/engine/scheduling/sender.js';

/** What other programs saw of a sender that played to the MIDI port. */
export interface PlayResult {
  /** All ports while it was open, and after it was closed. */
  readonly portsOpen: readonly AlsaPort[];
  readonly portsClosed: readonly AlsaPort[];
  /** When beat 0 was due. */
  readonly startMicros: Micros;
  /** From before the start to after the stop. */
  readonly song: readonly DumpedEvent[];
  readonly counters: SenderCounters;
  /** Long notes on three channels, then a panic. */
  readonly panic: readonly DumpedEvent[];
  /** Long notes, then the end of the sender. */
  readonly close: readonly DumpedEvent[];
  /** The position at which it was stopped. */
  readonly stopBeat: Beats;
  /** What our own input made of our own clock, up to the stop, its thread and the send thread being busy at once. */
  readonly heard: readonly TransportChange[];
}
