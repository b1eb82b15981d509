import type { OutputSpecification } from '../contracts/output.js';
import type { TransportChange } from '../contracts/sync-source.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { Timeline } from '../time/timeline.js';
import type { LateCause } from './late-cause.js';
import type { EndedNotes, NoteLimits } from './note-limits.js';

/** Service identifier of the sender. */
export const Sender = Symbol.for('continuo.Sender');

/**
 * The main thread's end of the send queue. Everything is queued in beats and tagged by owner (a deck number);
 * the Timeline is applied at the last moment. Thread: main. Blocks: no, except `addOutput` and `close` (awaited).
 */
export interface Sender {
  /** Opens an output and gives it a lane of its own. Disposing ends its notes and closes it. */
  addOutput(specification: OutputSpecification): Promise<{ dispose(): Promise<void> }>;
  publish(timeline: Timeline): void;
  /** Start and continue let the queue run; stop ends every sounding note and holds the queue. Clock lanes say so too. */
  transport(change: TransportChange): void;
  /** Queues notes (and marks) of one owner. A full queue drops the newest and counts them. */
  queue(owner: number, notes: readonly Note[], programs?: readonly ProgramMark[], controls?: readonly ControlMark[]): void;
  /** Drops the owner's queued onsets and marks at or after `fromBeat`. Note-offs of notes that sound stay. */
  flush(owner: number, fromBeat: Beats): void;
  /** Ends the owner's sounding notes now and drops all it has queued. */
  silence(owner: number): void;
  /** Every lane: each sounding note ended by name, then CC 123, 120 and 64 = 0 on used channels; the queue emptied. */
  panic(): void;
  /** A panic that has reached the wires when it returns: for a process that ends without being asked. Blocks: 50 ms at most. */
  panicNow(): void;
  /** Which outputs an owner reaches; default all. */
  route(owner: number, outputs: readonly string[] | 'all'): void;
  /** How much an owner may let sound on each output, from now on; what is too much ends. Errors: `badValue`. */
  limit(owner: number, limits: NoteLimits): void;
  /** What was ended of an owner's before its time, counted once for every output. */
  endedEarly(owner: number): EndedNotes;
  /** How long before its beat an event leaves for the output that is given it the earliest; 0 or more. */
  readonly aheadMicros: Micros;
  setOffset(output: string, offsetMicros: Micros): void;
  counters(): SenderCounters;
  /** All notes off, all outputs closed, thread ended. */
  close(): Promise<void>;
}

export interface SenderCounters {
  /** Onsets sent. */
  readonly sent: number;
  /** Onsets dropped because they were more than 100 ms late. */
  readonly droppedLate: number;
  /** Onsets sent 1..100 ms late. */
  readonly late: number;
  /** Onsets dropped because a queue was full. */
  readonly droppedFull: number;
  /** Why onsets were sent late, or dropped for it: so many by each cause. */
  readonly lateBecause: Readonly<Record<LateCause, number>>;
  /** Of those, the ones that were dropped. */
  readonly droppedBecause: Readonly<Record<LateCause, number>>;
  /** Notes that sound at this moment, over all lanes. */
  readonly sounding: number;
  readonly queued: number;
  /** Lateness of onsets (sent - due, after lead) in microseconds since the last reset. */
  readonly latenessMicros: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
}
