import type { Bpm, Micros } from '../../../src/engine/music/units.js';

/** A LinkClock leads the engine by OSC; medians over ten beats. */
export interface LinkClockLeadsResult {
  /** How far the engine's bar is from the session's. */
  readonly aside: Micros;
  /** How far each beat is from where the one before put it. */
  readonly between: Micros;
  /** After a tempo that somebody else in the session set, and that tempo here. */
  readonly asideAfter: Micros;
  readonly bpmAfter: Bpm;
  /** After a start that somebody else in the session made. */
  readonly asidePlaying: Micros;
  /** When the host was freed. */
  readonly bpmAlone: Bpm;
  readonly sessionBpm: Bpm;
}
