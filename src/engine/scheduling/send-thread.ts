import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads';
import type { OutputSpecification } from '../contracts/output.js';
import type { TransportChange } from '../contracts/sync-source.js';
import { ContinuoError } from '../errors.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import { monotonicClock } from '../time/clock.js';
import { TimelineCell } from '../time/timeline-cell.js';
import { beatAt, type Timeline } from '../time/timeline.js';
import type { Command } from './command.js';
import { CommandRing } from './command-ring.js';
import { CommandWriter } from './command-writer.js';
import type { EndedNotes, NoteLimits } from './note-limits.js';
import { SendCounters } from './send-counters.js';
import { fromFault, type SendReply, type SendRequest, type SendSetup } from './send-messages.js';
import type { Sender, SenderCounters } from './sender.js';
import { SoundingNotes } from './sounding-notes.js';

/** Commands that may be on their way: several dense bars of every deck. */
const ringCapacity = 16_384;
/** A thread that crashes more often than this in this time is not started again. */
const restartsAllowed = 4;
const restartWindow: Micros = 10_000_000;
const closeMillis = 5_000;
/** How long a dying process waits for its notes to be ended, and then for a socket to have sent what it was given. */
const lastWordsMillis = 50;
const socketMillis = 5;
/** How long the main thread waits for room on the way to the thread where a burst has filled it: after that the music is late. */
const burstMillis = 100;

export interface SendThreadOptions {
  /** Until one is published. Default 120 BPM, beat 0 now. */
  readonly timeline?: Timeline;
  /**
   * An output failed, or the thread crashed and was started again. `origin` is the output's name, or `send`.
   * Default: a warning of the process.
   */
  onFault?(error: ContinuoError, origin: string): void;
  /** Something a performer may want to know. Default: a warning of the process. */
  onNotice?(sentence: string): void;
}

interface OpenOutput {
  readonly lane: number;
  readonly sounding: SoundingNotes;
  specification: OutputSpecification;
}

type RequestBody = SendRequest extends infer Request ? (Request extends SendRequest ? Omit<Request, 'id'> : never) : never;

/**
 * The send thread as the main thread sees it.
 *
 * A thread that crashes is reported and started again: its outputs are opened anew and the notes that sounded are ended
 * through them. What it had queued is gone; the decks queue on. The thread is never killed: `close` asks it to end, because a
 * thread that is torn out of a driver's call takes the whole process with it.
 *
 * Thread: main. Blocks: no, but for 100 ms at most where a burst has filled the way to the thread; `addOutput`, `dispose` and
 * `close` are awaited.
 */
export class SendThread implements Sender {
  private readonly sendCounters = new SendCounters();
  private readonly cell: TimelineCell;
  private readonly writer: CommandWriter;
  private readonly outputs = new Map<string, OpenOutput>();
  private readonly waiting = new Map<number, { resolve(): void; reject(error: ContinuoError): void }>();
  private ring = CommandRing.ofCapacity(ringCapacity);
  private port: MessagePort | undefined;
  private worker: Worker | undefined;
  private requestId = 0;
  private playing = false;
  private stuck = false;
  /** Whether the last of the music found no room: nobody waits for room again before some of it does. */
  private isHeldUp = false;
  private crashes: Micros[] = [];
  private closing: Promise<void> | undefined;
  private exited: (() => void) | undefined;

  constructor(private readonly options: SendThreadOptions = {}) {
    this.cell = TimelineCell.holding(options.timeline ?? { bpm: 120, beatOrigin: 0, timeOrigin: monotonicClock.now() });
    this.writer = new CommandWriter({
      now: () => monotonicClock.now(),
      put: (command) => {
        const put = this.worker !== undefined && (this.ring.push(command) || this.pushInTime(command));
        if (command.kind === 'note' || command.kind === 'program' || command.kind === 'control') this.isHeldUp = !put;
        else this.noteStuck(!put);
        return put;
      },
      wake: () => this.ring.ring(),
    });
    this.spawn();
  }

  /** Errors: `badPlugin`, `badConfiguration` (a name that is taken), and what the output's `open` throws. */
  async addOutput(specification: OutputSpecification): Promise<{ dispose(): Promise<void> }> {
    const { name, leadMicros, offsetMicros } = specification;
    const output: OpenOutput = { lane: this.writer.openLane(name, leadMicros, offsetMicros), sounding: new SoundingNotes(), specification };
    try {
      await this.openOutput(output, specification.transfer);
    } catch (cause) {
      this.writer.closeLane(name);
      throw cause;
    }
    this.outputs.set(name, output);
    return { dispose: () => this.closeOutput(name, output) };
  }

  publish(timeline: Timeline): void {
    this.cell.write(timeline);
    this.ring.ring();
  }

  transport(change: TransportChange): void {
    if (change.type !== 'locate') this.playing = change.type !== 'stop';
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
    if (!this.worker) return;
    this.panic();
    waitFor(() => this.ring.isEmpty && this.sendCounters.read().sounding === 0, lastWordsMillis - socketMillis);
    waitFor(() => false, socketMillis);
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
    const open = this.outputs.get(output);
    if (open) open.specification = { ...open.specification, offsetMicros };
  }

  counters(): SenderCounters {
    const counters = this.sendCounters.read();
    return { ...counters, droppedFull: counters.droppedFull + this.writer.droppedFull };
  }

  /** Forgets the lateness measured so far. */
  resetLateness(): void {
    this.sendCounters.resetLateness();
  }

  /** Errors: `sendFailed` when an output does not close, or the thread does not end within 5 s. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    if (!this.worker) return;
    const exit = new Promise<void>((resolve) => (this.exited = resolve));
    const ended = this.request({ type: 'end' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.worker?.unref();
        reject(new ContinuoError('sendFailed', `The send thread did not end within ${closeMillis / 1000} s: an output does not close.`));
      }, closeMillis);
    });
    try {
      await Promise.race([Promise.all([ended, exit]), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private spawn(): void {
    const { port1, port2 } = new MessageChannel();
    this.ring = CommandRing.ofCapacity(ringCapacity);
    this.port = port1;
    const setup: SendSetup = { ring: this.ring.buffer, timeline: this.cell.buffer, counters: this.sendCounters.buffer, port: port2 };
    const worker = new Worker(new URL('./send-worker.js', import.meta.url), { name: 'continuo-send', workerData: setup, transferList: [port2] });
    this.worker = worker;
    let cause: unknown;
    port1.on('message', (reply: SendReply) => this.hear(reply));
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => {
      // A thread's end can be told before its last words are: they still wait in the port.
      for (let last = receiveMessageOnPort(port1); last; last = receiveMessageOnPort(port1)) this.hear(last.message as SendReply);
      port1.close();
      this.ended(cause);
    });
  }

  private hear(reply: SendReply): void {
    switch (reply.type) {
      case 'done':
      case 'failed': {
        const waiter = this.waiting.get(reply.id);
        this.waiting.delete(reply.id);
        if (reply.type === 'done') waiter?.resolve();
        else waiter?.reject(fromFault(reply.fault));
        return;
      }
      case 'fault':
        return this.report(fromFault(reply.fault), reply.output);
      case 'notice':
        return this.notice(reply.sentence);
    }
  }

  private request(body: RequestBody, transfer: OutputSpecification['transfer'] = []): Promise<void> {
    const { port } = this;
    if (!port || !this.worker) return Promise.reject(new ContinuoError('sendFailed', 'The send thread has ended.'));
    this.requestId += 1;
    const id = this.requestId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      port.postMessage({ ...body, id } satisfies SendRequest, transfer);
      this.ring.ring();
    });
  }

  private openOutput({ lane, sounding, specification }: OpenOutput, transfer: OutputSpecification['transfer']): Promise<void> {
    const { name, implementation, options, leadMicros, offsetMicros, sendsClock, isRecord } = specification;
    const output = { name, implementation, options, leadMicros, offsetMicros, sendsClock, isRecord };
    return this.request({ type: 'open', lane, output, sounding: sounding.buffer }, transfer);
  }

  private async closeOutput(name: string, output: OpenOutput): Promise<void> {
    if (this.outputs.get(name) !== output) return;
    this.outputs.delete(name);
    if (this.worker) await this.request({ type: 'close', lane: output.lane }).finally(() => this.writer.closeLane(name));
  }

  /** The thread is gone: as asked, or by a crash. */
  private ended(cause: unknown): void {
    this.worker = undefined;
    const reason = cause instanceof Error ? cause.message : 'it ended by itself';
    for (const { reject } of this.waiting.values()) reject(new ContinuoError('sendFailed', `The send thread crashed: ${reason}.`, { cause }));
    this.waiting.clear();
    if (this.closing) {
      this.exited?.();
      return;
    }
    const now = monotonicClock.now();
    this.crashes = [...this.crashes.filter((crash) => now - crash < restartWindow), now];
    const again = this.crashes.length <= restartsAllowed;
    const sentence = again ? 'it was started again' : 'it crashes again and again and was given up; start the engine anew';
    this.report(new ContinuoError('sendFailed', `The send thread crashed (${reason}); ${sentence}.`, { cause }), 'send');
    if (again) this.restart(now);
  }

  private restart(now: Micros): void {
    this.spawn();
    this.writer.tellAll();
    if (this.playing) this.writer.transport({ type: 'continue', beat: beatAt(this.cell.read(), now), micros: now });
    for (const output of this.outputs.values()) void this.reopen(output);
  }

  private async reopen(output: OpenOutput): Promise<void> {
    const { specification } = output;
    try {
      const { transfer } = specification;
      const renewed = specification.renew?.();
      if (transfer && transfer.length > 0 && !renewed) {
        throw new ContinuoError('sendFailed', `The output "${specification.name}" cannot be opened again: its channel went down with the send thread.`);
      }
      output.specification = { ...specification, ...renewed };
      await this.openOutput(output, renewed?.transfer);
    } catch (cause) {
      if (this.outputs.get(specification.name) !== output) return;
      this.outputs.delete(specification.name);
      this.writer.closeLane(specification.name);
      this.report(ContinuoError.from(cause, 'sendFailed'), specification.name);
    }
  }

  private report(error: ContinuoError, origin: string): void {
    if (this.options.onFault) this.options.onFault(error, origin);
    else process.emitWarning(`${origin}: ${error.message}`);
  }

  private notice(sentence: string): void {
    if (this.options.onNotice) this.options.onNotice(sentence);
    else process.emitWarning(sentence);
  }

  /** A burst is not lost where the thread takes some of it in a moment. */
  private pushInTime(command: Command): boolean {
    if (this.isHeldUp) return false;
    this.ring.ring();
    return waitFor(() => this.ring.push(command), burstMillis);
  }

  private noteStuck(stuck: boolean): void {
    if (stuck && !this.stuck && this.worker) {
      this.report(new ContinuoError('queueFull', 'The send thread takes no more commands: an output holds it up.'), 'send');
    }
    this.stuck = stuck;
  }
}

/** Whether something has come true within `millis`. Blocks: yes. */
function waitFor(isTrue: () => boolean, millis: number): boolean {
  const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let passed = 0; passed < millis; passed += 1) {
    if (isTrue()) return true;
    Atomics.wait(pause, 0, 0, 1);
  }
  return isTrue();
}
