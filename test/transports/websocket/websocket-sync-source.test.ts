import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { SyncSource } from '../../../src/engine/contracts/sync-source.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { monotonicClock, VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, timeAt } from '../../../src/engine/time/timeline.js';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import { WebSocketSyncSource, type SyncMessage } from '../../../src/transports/websocket/websocket-sync-source.js';
import { WebSocketTransport } from '../../../src/transports/websocket/websocket-transport.js';
import { RecordingListener, syncSourceContract, type HostPosition } from '../../engine/contracts/sync-source-contract.js';
import { fakeAlarms } from '../../engine/sync/fakes.js';
import { until } from '../support/within.js';
import { WebSocketPeer } from '../support/websocket-peer.js';

/** A client whose clock runs `drift` faster and began at another time, and whose messages take `way` to arrive. */
function stage(drift = 150e-6, way = (): number => 400) {
  const clock = new VirtualClock(50_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const source = new WebSocketSyncSource(clock, alarm);
  const listener = new RecordingListener();
  const clientNow = (): number => 1e6 + ((clock.now() - 50_000_000) / 1000) * (1 + drift);
  const client = {
    number: 1,
    send(message: ServerMessage): void {
      if (message.type !== 'probe') return;
      alarm(way(), () => {
        const clientMilliseconds = clientNow();
        alarm(way(), () => source.answered(client, { type: 'probe', probe: message.probe, clientMilliseconds }));
      });
    },
  };
  const say = (words: Omit<SyncMessage, 'type'>): void => source.take(client, { type: 'sync', ...words });
  return { clock, pass, alarm, source, listener, client, clientNow, say };
}

describe('the WebSocket sync source', () => {
  it('puts a beat where the message says on the engine’s clock, or where it arrives', () => {
    const { source, listener, say, clock } = stage();
    source.start(listener);
    say({ bpm: 90, beat: 16.5, timeMicros: 50_123_000 });
    assert.deepEqual(listener.latest, { bpm: 90, beatOrigin: 16.5, timeOrigin: 50_123_000 });
    say({ bpm: 91, beat: 17 });
    assert.deepEqual(listener.latest, { bpm: 91, beatOrigin: 17, timeOrigin: clock.now() });
  });

  it('puts a beat where it was on the client’s own clock, however late and uneven the messages come', () => {
    let seed = 1;
    const way = (): number => 300 + ((seed = (seed * 16807) % 2147483647) % 9_000);
    const { source, listener, say, clock, clientNow, pass, alarm } = stage(150e-6, way);
    source.start(listener);
    const errors: number[] = [];
    for (let beat = 0; beat < 120; beat += 1) {
      const micros = clock.now();
      const clientMilliseconds = clientNow();
      alarm(way(), () => {
        say({ bpm: 120, beat, clientMilliseconds });
        if (beat > 8) errors.push(Math.abs(timeAt(listener.latest, beat) - micros));
      });
      pass(500_000);
    }
    assert.equal(errors.length, 111);
    assert.ok(Math.max(...errors) < 3_500, `${Math.max(...errors)} µs`);
    assert.ok(errors.sort((a, b) => a - b)[55] < 1_200, `${errors[55]} µs`);
  });

  it('averages the jitter of messages that say no time', () => {
    const { source, listener, say, clock, pass } = stage();
    source.start(listener);
    const start = clock.now();
    for (let beat = 0; beat < 60; beat += 1) {
      pass(start + beat * 500_000 + 3_000 * (1 + Math.sin(beat * 2.4)) - clock.now());
      say({ bpm: 120, beat });
      if (beat > 20) assert.ok(Math.abs(timeAt(listener.latest, beat) - (start + beat * 500_000 + 3_000)) < 1_500);
    }
  });

  it('starts at beat 0, goes on elsewhere, stops, and says each once', () => {
    const { source, listener, say, pass } = stage();
    source.start(listener);
    for (const [beat, playing] of [[0, false], [0, true], [1, true], [2, false], [2, false], [2, true]] as const) {
      say({ bpm: 120, beat, playing });
      pass(500_000);
    }
    assert.deepEqual(listener.changes.map(({ type, beat }) => [type, beat]), [['start', 0], ['stop', 2], ['continue', 2]]);
  });

  it('is led by one, until that one is silent or leaves', () => {
    const { source, listener, say, client, pass } = stage();
    source.start(listener);
    const other = { ...client, number: 2 };
    say({ bpm: 120, beat: 0, beatsPerBar: 3 });
    assert.equal(source.quantum, 3);
    assert.throws(() => source.take(other, { type: 'sync', bpm: 60, beat: 0 }), (error) => error instanceof ContinuoError && /Another program leads/.test(error.message));
    source.left(other);
    assert.equal(listener.losses, 0);
    source.left(client);
    assert.equal(listener.losses, 1);
    assert.equal(source.quantum, 'bar');
    source.take(other, { type: 'sync', bpm: 60, beat: 0 });
    pass(3_999_000);
    assert.equal(listener.losses, 1);
    pass(2_000);
    assert.equal(listener.losses, 2);
  });

  it('refuses a stamp of another clock', () => {
    const { source, listener, say, pass } = stage();
    source.start(listener);
    assert.throws(() => say({ bpm: 120, beat: 0, timeMicros: 1_800_000_000_000_000 }), /by the engine's clock/);
    say({ bpm: 120, beat: 0, clientMilliseconds: 1_000_000 });
    pass(1_000_000);
    assert.throws(() => say({ bpm: 120, beat: 0, clientMilliseconds: 5 }), /answer probes by/);
  });

  it('says nothing, and asks nothing, once it is stopped', () => {
    const { source, listener, say, pass } = stage();
    source.start(listener);
    say({ bpm: 120, beat: 0, clientMilliseconds: 1_000_000 });
    source.stop();
    const told = listener.order.length;
    say({ bpm: 120, beat: 1 });
    pass(20_000_000);
    assert.equal(listener.order.length, told);
  });
});

syncSourceContract(
  'WebSocket',
  () => {
    const { clock, source, say, clientNow, pass } = stage();
    let beat = 0;
    const playOn = (bpm: number, beats: number): Promise<HostPosition> => {
      for (const end = beat + beats; beat < end; beat += 1) {
        say({ bpm, beat, clientMilliseconds: clientNow(), playing: true });
        pass(60_000_000 / bpm);
      }
      return Promise.resolve({ beat, micros: clock.now() });
    };
    return Promise.resolve({
      source,
      play(bpm, beats) {
        beat = 0;
        return playOn(bpm, beats);
      },
      playOn,
      halt: () => Promise.resolve(say({ bpm: 120, beat, playing: false })),
      vanish: () => Promise.resolve(pass(20_000_000)),
      dispose: () => Promise.resolve(),
    });
  },
  { canBeLed: false },
);

/** The function of the README, given a clock. */
type LeadBy = (clock: { now(): number }) => (socket: unknown, tempo: () => number, beatNow: () => number) => NodeJS.Timeout;

describe('leading over a real WebSocket', () => {
  let transport: WebSocketTransport;
  let source: SyncSource;
  let listener: RecordingListener;
  let port: number;

  beforeEach(async () => {
    transport = new WebSocketTransport({ options: websocketOptionsSchema.parse({ listen: { port: 0 } }), clock: monotonicClock, packs: () => [] });
    const offer = await transport.open();
    port = Number(/127\.0\.0\.1:(\d+)/.exec(offer.notices[0].sentence)?.[1]);
    offer.controlSurfaces[0].attach(new ParameterStore());
    [source] = offer.syncSources;
    listener = new RecordingListener();
    source.start(listener);
  });
  afterEach(async () => {
    source.stop();
    await transport.close();
  });

  it('is in the beat of a client whose clock began elsewhere and runs 200 ppm fast, by the code of the README', async (context) => {
    const [code] = /function lead[\s\S]*?\n\}/.exec(readFileSync(join(repositoryRoot, 'src', 'transports', 'websocket', 'README.md'), 'utf8')) ?? [''];
    const skewed = { now: (): number => 86_400_000 + (monotonicClock.now() / 1000) * 1.0002 };
    const lead = ((await import(`data:text/javascript,${encodeURIComponent(`export const leadBy = (performance) => { ${code} return lead; };`)}`)) as { leadBy: LeadBy }).leadBy(skewed);
    const peer = await WebSocketPeer.open(port);
    const began = monotonicClock.now();
    // The tempo is the client's: by ours it is 200 ppm faster.
    const clientBegan = skewed.now();
    const timer = lead(peer.socket, () => 126, () => ((skewed.now() - clientBegan) / 60_000) * 126);
    const errors: number[] = [];
    while (errors.length < 5) {
      const told = listener.timelines.length;
      await until('the beat was told', () => listener.timelines.length > told);
      const now = monotonicClock.now();
      const true_ = ((skewed.now() - clientBegan) / 60_000) * 126;
      if (listener.timelines.length > 3) errors.push(((beatAt(listener.latest, now) - true_) * 60_000) / 126);
    }
    clearInterval(timer);
    context.diagnostic(`ms beside the client's beat: ${errors.map((error) => error.toFixed(3)).join(' ')}; ${((monotonicClock.now() - began) / 1e6).toFixed(1)} s`);
    assert.ok(errors.map(Math.abs).sort((a, b) => a - b)[2] < 2, `${errors}`);
    assert.deepEqual(listener.changes.map(({ type }) => type), ['continue']);
    await peer.close();
    await until('it was noticed', () => listener.losses === 1);
  });

  it('answers what is wrong with a sync message to who sent it', async () => {
    const peer = await WebSocketPeer.open(port);
    assert.equal((await peer.ask({ type: 'sync', bpm: 120, beat: 0 })).type, 'done');
    assert.match(JSON.stringify(await peer.ask({ type: 'sync', bpm: 5, beat: 0 })), /bpm/);
    assert.match(JSON.stringify(await peer.ask({ type: 'sync', bpm: 120, beat: 0, timeMicros: 1 })), /clock \(see pong\)/);
    const other = await WebSocketPeer.open(port);
    assert.match(JSON.stringify(await other.ask({ type: 'sync', bpm: 100, beat: 0 })), /Another program leads/);
    await peer.close();
    await until('it was noticed', () => listener.losses === 1);
    assert.equal((await other.ask({ type: 'sync', bpm: 100, beat: 0 })).type, 'done');
    await other.close();
  });
});
