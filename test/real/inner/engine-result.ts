import type { Note } from '../../../src/engine/music/note.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import type { DumpedEvent } from '../support/aseqdump.js';
import { plannedNotes } from '../support/planned-notes.js';
import type { TakenMusic } from '../support/watched-engine.js';

/** What was heard at the port from a start to a stop, and what was planned for it. */
export interface Song {
  readonly dumped: readonly DumpedEvent[];
  /** In the order of playing; it goes on past the stop. */
  readonly planned: readonly Note[];
  readonly stopBeat: Beats;
}

/** The engine leads; it plays, swaps, stops, and is interrupted while it plays again. */
export interface EngineLeadsResult {
  readonly song: Song;
  readonly swappedAt: Beats;
  /** From the second start on. */
  readonly interrupted: readonly DumpedEvent[];
  readonly soundingAtInterrupt: number;
  readonly exitCode: number | undefined;
  /** By the engine's own count, in all. */
  readonly dropped: number;
}

export interface HostReport {
  /** When its beat 0 was due. */
  readonly startMicros: Micros;
  readonly bpm: Bpm;
  readonly beats: Beats;
  /** How late its pulses left, by the median. */
  readonly lateness: Micros;
}

/** The engine follows a host that starts, plays and stops. */
export interface EngineFollowsResult {
  readonly host: HostReport;
  /** Who led when the host had stopped, and how fast. */
  readonly leader: string;
  readonly bpm: Bpm;
  readonly song: Song;
  /** Where each start, continue and stop put it. */
  readonly changes: readonly { readonly playing: boolean; readonly beat: Beats }[];
  /** When notes were due by the engine's reckoning. */
  readonly due: readonly { readonly beat: Beats; readonly micros: Micros }[];
  /** After the host has gone. */
  readonly leaderAfter: string;
  readonly bpmAfter: Bpm;
  readonly dropped: number;
  readonly exitCode: number | undefined;
}

export function songOf({ events, dumped }: TakenMusic, stopBeat: Beats): Song {
  return { dumped, planned: plannedNotes(events).map(({ note }) => note), stopBeat };
}
