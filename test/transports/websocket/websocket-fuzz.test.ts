import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { it } from 'node:test';
import fc from 'fast-check';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import { WebSocketPlayer } from '../../../src/transports/websocket/websocket-player.js';
import { WebSocketServer } from '../../../src/transports/websocket/websocket-server.js';
import { WebSocketSurface } from '../../../src/transports/websocket/websocket-surface.js';
import { WebSocketSyncSource } from '../../../src/transports/websocket/websocket-sync-source.js';
import { within } from '../support/within.js';
import { WebSocketPeer } from '../support/websocket-peer.js';

async function served(): Promise<{ server: WebSocketServer; store: ParameterStore }> {
  const server = await WebSocketServer.open(websocketOptionsSchema.parse({ listen: { port: 0 } }), monotonicClock);
  const store = new ParameterStore();
  store.addDeck(1);
  for (const address of store.addresses()) if (store.entry(address).kind === 'action') store.handle(address, () => undefined);
  const source = new WebSocketSyncSource(monotonicClock);
  source.start({ timeline: () => undefined, transport: () => undefined, lost: () => undefined });
  new WebSocketSurface(server, monotonicClock, () => [], source, new WebSocketPlayer(monotonicClock)).attach(store);
  return { server, store };
}

it('the WebSocket surface still answers after any messages', async (context) => {
  const { server, store } = await served();
  const peer = await WebSocketPeer.open(server.port);
  context.after(async () => {
    await peer.close();
    await server.close();
  });
  const address = fc.oneof(fc.constantFrom(...store.addresses()), fc.string());
  const message = fc.record(
    {
      type: fc.oneof(fc.constantFrom('get', 'set', 'invoke', 'ping', 'sync', 'probe'), fc.string()),
      id: fc.oneof(fc.nat(), fc.string(), fc.object()),
      address,
      bpm: fc.oneof(fc.double(), fc.integer({ min: 20, max: 999 })),
      beat: fc.double(),
      clientMilliseconds: fc.oneof(fc.double(), fc.constant(1)),
      playing: fc.boolean(),
      probe: fc.integer({ max: 20 }),
      value: fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.object()),
      arguments: fc.oneof(fc.array(fc.oneof(fc.double(), fc.string(), fc.boolean()), { maxLength: 4 }), fc.string()),
    },
    { requiredKeys: [] },
  );
  const said = fc.oneof(
    message.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.constant(`${'['.repeat(20_000)}`),
    fc.constant('{"__proto__":{"type":"ping"},"type":"get","address":"__proto__"}'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (messages) => {
      for (const text of messages) peer.socket.send(text);
      assert.equal((await peer.ask({ type: 'get', address: 'bpm' })).type, 'value');
      peer.heard.drain();
    }),
    { numRuns: 300 },
  );
});

it('the WebSocket server still lets clients in after any bytes on its port, and any frames', async (context) => {
  const { server } = await served();
  context.after(() => server.close());
  const handshake = `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
  const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
  const sent = fc.oneof(
    bytes,
    bytes.map((tail) => Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), tail])),
    bytes.map((frames) => Buffer.concat([Buffer.from(handshake), frames])),
  );
  await fc.assert(
    fc.asyncProperty(sent, async (data) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(data);
      await within('the end of a broken connection', once(socket, 'close'));
    }),
    { numRuns: 150 },
  );
  const peer = await WebSocketPeer.open(server.port);
  assert.equal((await peer.ask({ type: 'ping' })).type, 'pong');
  await peer.close();
});
