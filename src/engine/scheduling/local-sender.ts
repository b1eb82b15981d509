import type { Output, OutputSpecification } from '../contracts/output.js';
import type { TransportChange } from '../contracts/sync-source.js';
import { ContinuoError } from '../errors.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { VirtualClock } from '../time/clock.js';
import type { Timeline } from '../time/timeline.js';
import { CommandWriter } from './command-writer.js';
import { Dispatcher } from './dispatcher.js';
import { loadOutput } from './output-loader.js';
import type { EndedNotes, NoteLimits } from './note-limits.js';
import { SendCounters } from './send-counters.js';
import type { Sender, SenderCounters } from './sender.js';

export interface LocalSenderOptions {
  /** Until one is published. Default 120 BPM, beat 0 now. */
  readonly timeline?: Timeline;
  /** Events that may wait in one lane. */
  readonly laneCapacity?: number;
  /** An output threw. Default: thrown on, for in a render and in a test nothing else is playing. */
  onFault?(error: ContinuoError, output: string): void;
}

/**
 * A sender in the caller's own thread, on a clock that moves only when told: for rendering faster than real time and for
 * tests. The same dispatcher, lanes and rules as the send thread's; no event is ever late.
 *
 * Calls made at one moment act together: what is due leaves when the time moves on ({@link advanceTo}) or by {@link run}.
 * Thread: one. Blocks: no.
 */
export class LocalSender implements Sender {
  private readonly sendCounters = new SendCounters();
  private readonly dispatcher: Dispatcher;
  private readonly writer: CommandWriter;
  private readonly open = new Map<string, { dispose(): Promise<void> }>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly options: LocalSenderOptions = {},
  ) {
    const timeline = options.timeline ?? { bpm: 120, beatOrigin: 0, timeOrigin: clock.now() };
    this.dispatcher = new Dispatcher(clock, this.sendCounters, timeline, options.laneCapacity);
    this.writer = new CommandWriter({
      now: () => clock.now(),
      put: (command) => {
        this.dispatcher.apply(command);
        return true;
      },
      wake: () => undefined,
    });
  }

  async addOutput(specification: OutputSpecification): Promise<{ dispose(): Promise<void> }> {
    return this.attach(specification, await loadOutput(specification));
  }

  /** Like `addOutput`, for an output that is already made. */
  async attach(
    specification: Omit<OutputSpecification, 'implementation' | 'options'>,
    output: Output,
  ): Promise<{ dispose(): Promise<void> }> {
    const { name, leadMicros, offsetMicros, sendsClock, isRecord } = specification;
    const lane = this.writer.openLane(name, leadMicros, offsetMicros);
    try {
      await output.open();
    } catch (cause) {
      this.writer.closeLane(name);
      throw cause;
    }
    this.dispatcher.addLane(lane, { output, leadMicros, offsetMicros, sendsClock, isRecord, onFault: (cause) => this.fault(cause, name) });
    const handle = {
      dispose: async () => {
        if (this.open.get(name) !== handle) return;
        this.open.delete(name);
        this.dispatcher.removeLane(lane);
        this.writer.closeLane(name);
        await output.close();
      },
    };
    this.open.set(name, handle);
    return handle;
  }

  /** Moves the clock to `micros`, stopping at every moment on the way at which something is due, and sends it. */
  advanceTo(micros: Micros): void {
    this.run();
    for (let due = this.dispatcher.nextDue(); due <= micros; due = this.dispatcher.nextDue()) {
      this.clock.advanceTo(Math.max(due, this.clock.now()));
      this.run();
    }
    this.clock.advanceTo(micros);
  }

  /** Sends what is due now. */
  run(): void {
    this.dispatcher.run();
  }

  /** When something is next due; Infinity when only a call can change that. */
  nextDue(): Micros {
    return this.dispatcher.nextDue();
  }

  publish(timeline: Timeline): void {
    this.dispatcher.follow(timeline);
  }

  transport(change: TransportChange): void {
    this.writer.transport(change);
  }

  queue(owner: number, notes: readonly Note[], programs?: readonly ProgramMark[], controls?: readonly ControlMark[]): void {
    this.writer.queue(owner, notes, programs, controls);
  }

  flush(owner: number, fromBeat: Beats): void {
    this.writer.flush(owner, fromBeat);
  }

  silence(owner: number): void {
    this.writer.silence(owner);
  }

  panic(): void {
    this.writer.panic();
  }

  panicNow(): void {
    this.writer.panic();
  }

  route(owner: number, outputs: readonly string[] | 'all'): void {
    this.writer.route(owner, outputs);
  }

  limit(owner: number, limits: NoteLimits): void {
    this.writer.limit(owner, limits);
  }

  endedEarly(owner: number): EndedNotes {
    return this.sendCounters.endedEarly(owner);
  }

  get aheadMicros(): Micros {
    return this.writer.aheadMicros;
  }

  setOffset(output: string, offsetMicros: Micros): void {
    this.writer.setOffset(output, offsetMicros);
  }

  counters(): SenderCounters {
    this.dispatcher.gauge();
    return this.sendCounters.read();
  }

  resetLateness(): void {
    this.sendCounters.resetLateness();
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((output) => output.dispose()));
  }

  private fault(cause: unknown, output: string): void {
    const error = ContinuoError.from(cause, 'sendFailed');
    if (!this.options.onFault) throw error;
    this.options.onFault(error, output);
  }
}
