import type { Bpm, Micros } from '../../../src/engine/music/units.js';
import type { PhaseFigures } from './phase-figures.js';

export interface ClockMasterReport {
  /** When its beat 0 was due, by the clock that all processes share. */
  readonly startMicros: Micros;
  readonly endMicros: Micros;
  readonly bpm: Bpm;
  /** How late its pulses left. */
  readonly lateMilliseconds: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How far from the master's time our music left. */
export interface PhaseReport {
  readonly bpm: Bpm;
  readonly seconds: number;
  readonly loadAverage: number;
  readonly figures: Readonly<Record<string, PhaseFigures>>;
  /** What was measured besides, to read the figures with. */
  readonly beside: Readonly<Record<string, unknown>>;
}
