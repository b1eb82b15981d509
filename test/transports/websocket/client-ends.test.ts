import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { Client } from '../../../src/transports/websocket/client.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { WebSocketServer } from '../../../src/transports/websocket/websocket-server.js';
import { WebSocketPeer } from '../support/websocket-peer.js';
import { until } from '../support/within.js';

const place = { deck: 1, channel: 0, pitch: 60, beat: 0, timeMicros: 0 };
const note = (id: number): ServerMessage => ({ type: 'note', id, ...place, velocity: 90, durationBeats: 1, durationSeconds: 0.5 });
const noteOff = (id: number): ServerMessage => ({ type: 'noteOff', id, ...place });
const event = (sentence: string): ServerMessage => ({ type: 'event', event: { type: 'notice', sentence } });

async function connected(context: TestContext) {
  const server = await WebSocketServer.open(websocketOptionsSchema.parse({ listen: { port: 0 }, maximumWaitingBytes: 65_536 }), monotonicClock);
  let client: Client | undefined;
  server.handler = { connected: (one) => (client = one), left: () => undefined, said: () => undefined, saidBytes: () => undefined };
  const peer = await WebSocketPeer.open(server.port);
  context.after(async () => {
    peer.socket.resume();
    await peer.close();
    await server.close();
  });
  await until('it is let in', () => client !== undefined);
  return { server, peer, client: client as unknown as Client };
}

describe('a client that does not read for a while', () => {
  it('is first told the ends of the notes that it knows of, then what it missed', async (context) => {
    const { server, peer, client } = await connected(context);
    server.broadcast(note(1));
    server.broadcast(note(2));
    server.broadcast(noteOff(2));
    await peer.next('noteOff');
    peer.heard.drain();
    peer.socket.pause();
    for (let index = 0; client.dropped === 0 && index < 1000; index += 1) server.broadcast(event('x'.repeat(60_000)));
    server.broadcast(note(3));
    server.broadcast(noteOff(3));
    server.broadcast(noteOff(1));
    peer.socket.resume();
    const heard: ServerMessage[] = [];
    await until('it has read what waited, and is told how much it missed', () => {
      server.broadcast(event('small'));
      heard.push(...peer.heard.drain());
      return heard.some(({ type }) => type === 'dropped');
    });
    const told = heard.filter(({ type }) => type !== 'event');
    assert.deepEqual(told.map((message) => [message.type, 'id' in message ? message.id : undefined]), [['noteOff', 1], ['dropped', undefined]]);
    assert.ok(client.dropped >= 3, `${client.dropped} dropped`);
  });
});
