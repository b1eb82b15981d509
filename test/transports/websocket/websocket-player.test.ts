import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeardEvent } from '../../../src/engine/contracts/note-source.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { WebSocketPlayer } from '../../../src/transports/websocket/websocket-player.js';
import { fakeAlarms } from '../../engine/sync/fakes.js';

/** Clients whose clocks began at another time, and whose messages take `way` to arrive. */
function stage(way = (): number => 400) {
  const clock = new VirtualClock(50_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const player = new WebSocketPlayer(clock, 0, alarm);
  const events: HeardEvent[] = [];
  player.start({ heard: (event) => events.push(event) });
  const clientNow = (): number => 1e6 + (clock.now() - 50_000_000) / 1000;
  const clientOf = (number: number) => {
    const client = {
      number,
      send(message: ServerMessage): void {
        if (message.type !== 'probe') return;
        alarm(way(), () => {
          const clientMilliseconds = clientNow();
          alarm(way(), () => player.answered(client, { probe: message.probe, clientMilliseconds }));
        });
      },
    };
    return client;
  };
  return { clock, pass, alarm, player, events, clientNow, clientOf };
}

const note = { type: 'note', channel: 0, pitch: 60, velocity: 80 } as const;

describe('a player over WebSocket', () => {
  it('plays where the message says on the engine’s clock, or where it arrives', () => {
    const { player, events, clientOf } = stage();
    player.take(clientOf(1), { ...note, timeMicros: 49_990_000 });
    player.take(clientOf(1), { type: 'noteOff', channel: 0, pitch: 60 });
    assert.deepEqual(events, [
      { type: 'noteOn', channel: 0, pitch: 60, velocity: 80, micros: 49_990_000 },
      { type: 'noteOff', channel: 0, pitch: 60, micros: 50_000_000 },
    ]);
  });

  it('plays where it was on the client’s own clock, however late and uneven the messages come', () => {
    let seed = 1;
    const way = (): number => 300 + ((seed = (seed * 16807) % 2147483647) % 9_000);
    const { player, events, clientOf, clientNow, clock, alarm, pass } = stage(way);
    const client = clientOf(1);
    const played: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      played.push(clock.now());
      const clientMilliseconds = clientNow();
      alarm(way(), () => player.take(client, { ...note, clientMilliseconds }));
      pass(250_000);
    }
    const errors = events.slice(12).map((event, index) => Math.abs(event.micros - played[index + 12]));
    assert.ok(Math.max(...errors) < 4_000, `${Math.max(...errors)} µs`);
  });

  it('lifts the keys of who leaves, and nobody else’s', () => {
    const { player, events, clientOf } = stage();
    const [one, other] = [clientOf(1), clientOf(2)];
    player.take(one, note);
    player.take(one, { ...note, pitch: 61, durationBeats: 1 });
    player.take(other, { ...note, pitch: 72 });
    player.left(one);
    assert.deepEqual(events.filter(({ type }) => type === 'noteOff').map((event) => 'pitch' in event && event.pitch), [60]);
  });

  it('is refused a time of another clock', () => {
    const { player, clientOf } = stage();
    assert.throws(() => player.take(clientOf(1), { ...note, timeMicros: 1 }), (error) => error instanceof ContinuoError && /seconds from now/.test(error.message));
  });
});
