import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { nullOutputSpecification } from '../../../src/engine/contracts/null-output.js';
import type { OutputSpecification } from '../../../src/engine/contracts/output.js';
import { laneCapacity } from '../../../src/engine/scheduling/lane-capacity.js';
import { SendThread, type SendThreadOptions } from '../../../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { note } from './recording-output.js';
import type { ThreadEvent, ThreadOutputOptions } from './thread-output.fixture.js';

const deadline = 20_000;

/** What an output in the send thread has told, and waiting for it. */
class Ear {
  readonly events: ThreadEvent[] = [];
  readonly words: string[] = [];
  private readonly waiters: (() => void)[] = [];

  listen(): MessageChannel['port2'] {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: ThreadEvent[] | string) => {
      if (typeof message === 'string') this.words.push(message);
      else this.events.push(...message);
      for (const wake of this.waiters.splice(0)) wake();
    });
    // An output that was refused never takes its end: that must not keep the tests alive.
    port1.unref();
    return port2;
  }

  wake(): void {
    for (const wake of this.waiters.splice(0)) wake();
  }

  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + deadline;
    while (!condition()) {
      const left = end - performance.now();
      assert.ok(left > 0, `waited too long; heard ${JSON.stringify(this.words)} and ${this.events.length} events`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  of(kind: ThreadEvent['kind']): ThreadEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }
}

function specification(ear: Ear, options: Omit<ThreadOutputOptions, 'port'> = {}, lane: Partial<OutputSpecification> = {}): OutputSpecification {
  const made = (): Pick<OutputSpecification, 'options' | 'transfer'> => {
    const port = ear.listen();
    return { options: { ...options, port }, transfer: [port] };
  };
  return {
    ...nullOutputSpecification('ear'),
    implementation: new URL('./thread-output.fixture.js', import.meta.url).href,
    sendsClock: false,
    ...made(),
    renew: made,
    ...lane,
  };
}

/** Waits for what the thread only counts. */
async function eventually(condition: () => boolean): Promise<void> {
  const end = performance.now() + deadline;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(condition());
}

/** Every onset has exactly one end, behind it. */
function assertEnded(events: readonly ThreadEvent[]): void {
  const open = new Set<number>();
  for (const { kind, noteId } of events) {
    if (kind === 'noteOn') open.add(noteId);
    if (kind === 'noteOff') assert.ok(open.delete(noteId), 'an end without its onset');
  }
  assert.equal(open.size, 0);
}

describe('SendThread', () => {
  const threads: SendThread[] = [];
  const faults: string[] = [];
  const ear = { current: new Ear() };

  function thread(options: SendThreadOptions = {}): SendThread {
    ear.current = new Ear();
    faults.length = 0;
    const made = new SendThread({
      timeline: { bpm: 600, beatOrigin: 0, timeOrigin: monotonicClock.now() },
      onFault: (error, origin) => {
        faults.push(`${origin} ${error.errorName}: ${error.message}`);
        ear.current.wake();
      },
      onNotice: () => undefined,
      ...options,
    });
    threads.push(made);
    return made;
  }

  /** Beat 0 a little ahead, so that nothing is late even on a machine that is busy with other tests. */
  function start(sender: SendThread, bpm = 600): void {
    const micros = monotonicClock.now() + 200_000;
    sender.publish({ bpm, beatOrigin: 0, timeOrigin: micros });
    sender.transport({ type: 'start', beat: 0, micros });
  }

  afterEach(async () => {
    await Promise.all(threads.splice(0).map((made) => made.close().catch(() => undefined)));
  });

  it('sends everything, in order, each end behind its onset, and nothing before it is due', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    const count = 200;
    start(sender);
    sender.queue(1, Array.from({ length: count }, (_, at) => note(at / 20, 30 + (at % 60), 0.1)));
    await ear.current.until(() => ear.current.of('noteOff').length === count - sender.counters().droppedLate);
    const onsets = ear.current.of('noteOn');
    assert.deepEqual(onsets.map(({ beat }) => beat), [...onsets.map(({ beat }) => beat)].sort((a, b) => a - b));
    for (const { at, due } of ear.current.events) assert.ok(at >= due - 1);
    assertEnded(ear.current.events);
    await eventually(() => sender.counters().sounding === 0);
    const counters = sender.counters();
    assert.equal(counters.sent + counters.droppedLate, count);
    assert.deepEqual([counters.sounding, counters.queued, counters.droppedFull], [0, 0, 0]);
    assert.ok(counters.latenessMicros.max > 0);
    sender.resetLateness();
    assert.equal(sender.counters().latenessMicros.max, 0);
  });

  it('moves what is queued when the tempo changes', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    start(sender, 20);
    sender.queue(1, [note(0.01), note(200, 72)]);
    await ear.current.until(() => ear.current.of('noteOn').length === 1);
    sender.publish({ bpm: 120, beatOrigin: 199.5, timeOrigin: monotonicClock.now() });
    await ear.current.until(() => ear.current.of('noteOn').length === 2);
    assert.equal(ear.current.of('noteOn')[1].pitch, 72);
  });

  it('obeys at once: silence, stop, panic', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    start(sender);
    const ended = (count: number) => ear.current.until(() => ear.current.of('noteOff').length === count);
    sender.queue(1, [note(0, 60, 1e6)]);
    sender.queue(2, [note(0, 64, 1e6), note(0, 67, 1e6)]);
    await ear.current.until(() => ear.current.of('noteOn').length === 3);
    sender.silence(1);
    await ended(1);
    sender.transport({ type: 'stop', beat: 1, micros: monotonicClock.now() });
    await ended(3);
    start(sender);
    sender.queue(1, [note(0.1, 60, 1e6)]);
    await ear.current.until(() => ear.current.of('noteOn').length === 4);
    sender.panic();
    await ear.current.until(() => ear.current.of('control').length === 3);
    assert.deepEqual(ear.current.of('control').map(({ pitch }) => pitch), [123, 120, 64]);
    assertEnded(ear.current.events);
  });

  it('keeps the order of calls made at one moment', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    start(sender);
    sender.queue(1, [note(0.2, 60)]);
    sender.flush(1, 0);
    sender.queue(1, [note(0.2, 61)]);
    sender.silence(1);
    sender.queue(1, [note(0.2, 62)]);
    await ear.current.until(() => ear.current.of('noteOff').length === 1);
    assert.deepEqual(ear.current.of('noteOn').map(({ pitch }) => pitch), [62]);
  });

  it('routes, offsets and disposes outputs by name', async () => {
    const sender = thread();
    const [near, far] = [new Ear(), new Ear()];
    const handle = await sender.addOutput(specification(near, {}, { name: 'near' }));
    await sender.addOutput(specification(far, {}, { name: 'far' }));
    await assert.rejects(sender.addOutput(specification(new Ear(), {}, { name: 'far' })), { errorName: 'badConfiguration' });
    sender.route(1, ['far']);
    sender.setOffset('far', 5_000);
    start(sender);
    sender.queue(1, [note(0, 60)]);
    sender.queue(2, [note(0, 70, 1e6)]);
    await far.until(() => far.of('noteOn').length === 2);
    await near.until(() => near.of('noteOn').length === 1);
    assert.ok(Math.abs(far.of('noteOn')[0].due - near.of('noteOn')[0].due - 5_000) < 1e-3);
    await handle.dispose();
    await handle.dispose();
    await near.until(() => near.words.includes('close'));
    assert.deepEqual(near.of('noteOff').map(({ pitch }) => pitch), [70]);
    await sender.addOutput(specification(near, {}, { name: 'near' }));
  });

  it('ticks in time and tells the transport on outputs that carry the clock', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current, {}, { sendsClock: true }));
    start(sender);
    const { events } = ear.current;
    // A machine that is too busy starts its followers further on: wherever that is, they are told.
    const startAt = (): number => events.findIndex(({ kind }) => kind === 'start' || kind === 'continue');
    await ear.current.until(() => startAt() >= 0 && events.length > startAt() + 24);
    const starts = startAt();
    assert.deepEqual([events[starts + 1].kind, events[starts + 1].beat], ['clock', events[starts].beat]);
    sender.transport({ type: 'stop', beat: 1, micros: monotonicClock.now() });
    await ear.current.until(() => ear.current.of('stop').length === 1);
    const ticks = ear.current.of('clock').length;
    await ear.current.until(() => ear.current.of('clock').length > ticks);
  });

  it('loses nothing of a burst that is longer than the way to it', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current, { holdsAt: 60 }));
    start(sender);
    sender.queue(1, [note(0, 60)]);
    for (let burst = 0; burst < 4; burst += 1) {
      sender.flush(1, 1);
      sender.queue(1, Array.from({ length: 12_000 }, () => note(1e6)));
    }
    await eventually(() => sender.counters().queued === 12_000);
    assert.equal(sender.counters().droppedFull, 0);
  });

  it('counts every note for which there is no room', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    const many = 40_000;
    sender.queue(1, Array.from({ length: many }, () => note(1e6)));
    // Some find no room on the way to the thread, some none in the lane: nobody is forgotten, nobody counted twice.
    await eventually(() => sender.counters().droppedFull + sender.counters().queued === many);
    assert.equal(sender.counters().queued, laneCapacity);
  });

  it('says why an output cannot be had, and frees its name', async () => {
    const sender = thread();
    await assert.rejects(sender.addOutput(specification(ear.current, { refuses: true })), { errorName: 'sendFailed', message: /nobody is home/ });
    await assert.rejects(sender.addOutput({ ...nullOutputSpecification('ear'), implementation: 'file:///nowhere.js' }), { errorName: 'badPlugin' });
    await sender.addOutput(specification(ear.current));
    assert.deepEqual(faults, []);
  });

  it('reports an output that throws, and plays on', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current, { throwsAt: 60 }));
    start(sender);
    sender.queue(1, [note(0, 60), note(0.1, 61)]);
    await ear.current.until(() => ear.current.of('noteOff').length === 1 && faults.length === 1);
    assert.deepEqual(faults, ['ear sendFailed: the cable is out']);
    assert.deepEqual(ear.current.of('noteOn').map(({ pitch }) => pitch), [61]);
  });

  it('starts again after a crash: ends what sounded, opens its outputs, keeps its routes and goes on playing', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current, { crashesAt: 66 }));
    const deaf = new Ear();
    await sender.addOutput(specification(deaf, {}, { name: 'deaf' }));
    sender.route(1, ['ear']);
    start(sender);
    sender.queue(1, [note(0, 60, 1e6), note(0.5, 66, 1e6)]);
    await ear.current.until(() => ear.current.of('noteOff').length === 2);
    assert.equal(faults.length, 1);
    assert.match(faults[0], /^send sendFailed: The send thread crashed \(the driver fell over\); it was started again/);
    assert.deepEqual(ear.current.words, ['open', 'open']);
    assertEnded(ear.current.events);
    const beat = ((monotonicClock.now() - ear.current.events[0].due) / 60_000_000) * 600 + 3;
    sender.queue(1, [note(beat, 72, 0.1)]);
    await ear.current.until(() => ear.current.of('noteOff').length === 3);
    assert.equal(ear.current.of('noteOn').at(-1)?.pitch, 72);
    assert.deepEqual(deaf.events, []);
  });

  it('says so when an output cannot be opened again', async () => {
    const sender = thread();
    const lost = new Ear();
    await sender.addOutput(specification(ear.current, { crashesAt: 66 }, { name: 'one' }));
    await sender.addOutput(specification(lost, {}, { name: 'two', renew: undefined }));
    start(sender);
    sender.queue(1, [note(0, 66)]);
    await ear.current.until(() => faults.length === 2);
    assert.match(faults[1], /^two sendFailed: .*channel went down/);
    await sender.addOutput(specification(lost, {}, { name: 'two' }));
  });

  it('gives up a thread that crashes again and again, and stays harmless', async () => {
    const sender = thread();
    const handle = await sender.addOutput(specification(ear.current, { crashesAt: 66 }));
    for (let crash = 1; crash <= 5; crash += 1) {
      start(sender);
      sender.queue(1, [note(0.05, 66)]);
      // The note that crashed it is ended by the thread that takes over: then that is ready for the next.
      await ear.current.until(() => faults.length === crash && (crash === 5 || ear.current.of('noteOff').length === crash));
    }
    assert.match(faults[4], /given up/);
    const before = sender.counters().droppedFull;
    sender.queue(1, [note(1)]);
    sender.panic();
    assert.equal(sender.counters().droppedFull, before + 1);
    await assert.rejects(sender.addOutput(specification(new Ear(), {}, { name: 'new' })), { errorName: 'sendFailed' });
    await handle.dispose();
    await sender.close();
  });

  it('ends every note, closes every output and its thread on close, however often', async () => {
    const sender = thread();
    await sender.addOutput(specification(ear.current));
    start(sender);
    sender.queue(1, [note(0, 60, 1e6), note(0, 64, 1e6)]);
    await ear.current.until(() => ear.current.of('noteOn').length === 2);
    await Promise.all([sender.close(), sender.close()]);
    await ear.current.until(() => ear.current.words.includes('close'));
    assertEnded(ear.current.events);
    sender.queue(1, [note(0)]);
    sender.panic();
    await assert.rejects(sender.addOutput(nullOutputSpecification()), { errorName: 'sendFailed' });
    assert.deepEqual(faults, []);
  });
});
