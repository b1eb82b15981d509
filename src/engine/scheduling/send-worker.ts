import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Output } from '../contracts/output.js';
import { monotonicClock } from '../time/clock.js';
import { TimelineCell } from '../time/timeline-cell.js';
import type { Micros } from '../music/units.js';
import { CommandRing } from './command-ring.js';
import { emptyCommand } from './command.js';
import { Dispatcher } from './dispatcher.js';
import { loadOutput } from './output-loader.js';
import { rehearse } from './rehearsal.js';
import { SendCounters } from './send-counters.js';
import { toFault, type SendReply, type SendRequest, type SendSetup } from './send-messages.js';
import { SoundingNotes } from './sounding-notes.js';
import { raiseThreadPriority } from './thread-priority.js';

/** A sleeping thread wakes up to this late: the rest of the way is spun. */
const spinMicros: Micros = 300;
/** Sockets, drivers and ports live in this thread's event loop: it turns at least this often. */
const longestSleepMillis = 20;
/** … and this often while an output is being opened or closed. */
const busySleepMillis = 1;
/** Below this a sleep is not worth its system call. */
const shortestSleepMillis = 0.05;

/**
 * The send thread. It sleeps until shortly before the next event is due, spins the rest, sends, and lets its event loop
 * turn once after everything it sent, because sockets only send when it does. Nothing in the loop waits for anything but the
 * clock and the bell; outputs are opened and closed beside it, by promises.
 */
class SendLoop {
  private readonly ring: CommandRing;
  private readonly timeline: TimelineCell;
  private readonly dispatcher: Dispatcher;
  private readonly outputs = new Map<number, Output>();
  private readonly command = emptyCommand();
  private requests = 0;
  private work: Promise<void> = Promise.resolve();
  private ended = false;

  constructor(private readonly setup: SendSetup) {
    this.ring = CommandRing.over(setup.ring);
    this.timeline = TimelineCell.over(setup.timeline);
    this.dispatcher = new Dispatcher(monotonicClock, new SendCounters(setup.counters), this.timeline.read());
  }

  start(): void {
    const notice = raiseThreadPriority();
    if (notice) this.reply({ type: 'notice', sentence: notice });
    rehearse();
    this.turn();
  }

  private readonly turn = (): void => {
    const { rung } = this.ring;
    this.readRequests();
    if (!this.send()) this.await(this.dispatcher.nextDue(), rung);
    if (!this.ended) setImmediate(this.turn);
  };

  /** Takes in what the main thread wants and sends what is due; false when nothing was. */
  private send(): boolean {
    while (this.ring.pop(this.command)) this.dispatcher.apply(this.command);
    // After the commands: a start is told behind its timeline, so with it in hand the timeline is there too.
    this.dispatcher.follow(this.timeline.read());
    return this.dispatcher.run();
  }

  /** Sleeps until the bell rings or `due` is near, then spins up to it and sends. */
  private await(due: Micros, rung: number): void {
    const longest = this.requests > 0 ? busySleepMillis : longestSleepMillis;
    const millis = Math.min(longest, (due - spinMicros - monotonicClock.now()) / 1000);
    if (millis > shortestSleepMillis) this.ring.wait(rung, millis);
    // Spinning through the code that sends, not beside it, has it in the processor's caches when it counts.
    while (due - monotonicClock.now() <= spinMicros && !this.send() && monotonicClock.now() < due);
    this.send();
  }

  private readRequests(): void {
    for (let received = receiveMessageOnPort(this.setup.port); received; received = receiveMessageOnPort(this.setup.port)) {
      const request = received.message as SendRequest;
      this.requests += 1;
      this.work = this.work.then(() => this.answer(request));
    }
  }

  private async answer(request: SendRequest): Promise<void> {
    try {
      if (request.type === 'open') await this.open(request);
      else if (request.type === 'close') await this.close(request.lane);
      else await this.closeAll();
      this.reply({ type: 'done', id: request.id });
    } catch (cause) {
      this.reply({ type: 'failed', id: request.id, fault: toFault(cause) });
    }
    this.requests -= 1;
    if (request.type === 'end') this.end();
  }

  private async open({ lane, output: specification, sounding }: Extract<SendRequest, { type: 'open' }>): Promise<void> {
    const { name, leadMicros, offsetMicros, sendsClock, isRecord } = specification;
    const output = await loadOutput(specification);
    await output.open();
    this.outputs.set(lane, output);
    const onFault = (cause: unknown): void => this.reply({ type: 'fault', output: name, fault: toFault(cause) });
    this.dispatcher.addLane(lane, { output, leadMicros, offsetMicros, sendsClock, isRecord, sounding: new SoundingNotes(sounding), onFault });
  }

  private async close(lane: number): Promise<void> {
    this.dispatcher.removeLane(lane);
    const output = this.outputs.get(lane);
    this.outputs.delete(lane);
    // What was sent to end the notes must be on its way before its socket closes.
    await new Promise((resolve) => setImmediate(resolve));
    await output?.close();
  }

  private async closeAll(): Promise<void> {
    const closed = await Promise.allSettled([...this.outputs.keys()].map((lane) => this.close(lane)));
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private end(): void {
    this.ended = true;
    this.setup.port.close();
  }

  private reply(reply: SendReply): void {
    this.setup.port.postMessage(reply);
  }
}

new SendLoop(workerData as SendSetup).start();
