import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { encode, Message } from 'node-osc';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { OscSocket } from '../../../src/transports/osc/osc-socket.js';
import { OscSurface } from '../../../src/transports/osc/osc-surface.js';
import { OscSyncSource } from '../../../src/transports/osc/osc-sync-source.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';
import { OscPeer } from '../support/osc-peer.js';

it('the OSC surface still answers after any datagrams', async (context) => {
  const socket = await OscSocket.open('127.0.0.1', 0);
  const store = new ParameterStore();
  store.addDeck(1);
  for (const address of store.addresses()) if (store.entry(address).kind === 'action') store.handle(address, () => undefined);
  const sync = new OscSyncSource(monotonicClock, new WallClock());
  sync.start({ timeline: () => undefined, transport: () => undefined, lost: () => undefined });
  new OscSurface(socket, monotonicClock, () => [], sync.words).attach(store);
  const peer = await OscPeer.open(socket.port);
  context.after(async () => {
    sync.stop();
    await peer.close();
    await socket.close();
  });

  const words = ['listen', 'unlisten', 'packs', 'host/beat', 'host/start', 'host/bar', 'host/tempo', 'host/cycle', 'error', 'deck/*/seed', 'deck/[', '{,}', '', ...store.addresses()];
  const argument = fc.oneof(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.float().map((value) => ({ type: 'f', value })),
    fc.string({ maxLength: 20 }),
    fc.boolean(),
    fc.constant({ type: 'N', value: 0 }),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  const address = fc.oneof(fc.constantFrom(...words).map((word) => `/continuo/${word}`), fc.constantFrom('/tempo', '/beat', '/bar', '/dirt/play'), fc.string({ maxLength: 30 }));
  const message = fc.tuple(address, fc.array(argument, { maxLength: 4 })).map(([to, values]) => encode(new Message(to, ...values)));
  const bundle = fc.array(message, { maxLength: 5 }).map((elements) =>
    Buffer.concat([
      Buffer.from('#bundle\0\0\0\0\0\0\0\0\u0001'),
      ...elements.flatMap((element) => {
        const size = Buffer.alloc(4);
        size.writeInt32BE(element.length);
        return [size, element];
      }),
    ]),
  );
  const sound = fc.oneof(message, bundle);
  const damaged = fc.tuple(sound, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat()).map(([bytes, changes, cut]) => {
    const copy = Buffer.from(bytes);
    for (const [index, value] of changes) if (copy.length > 0) copy[index % copy.length] = value;
    return cut % 3 === 0 ? copy.subarray(0, cut % (copy.length + 1)) : copy;
  });
  const raw = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(damaged, raw, sound), { minLength: 1, maxLength: 8 }), async (datagrams) => {
      for (const datagram of datagrams) peer.sendBytes(datagram);
      const asking = await OscPeer.open(socket.port);
      asking.send('/continuo/bpm');
      assert.equal(typeof (await asking.next('/continuo/bpm')).values[0], 'number');
      await asking.close();
      peer.heard.drain();
    }),
    { numRuns: 400 },
  );
});
