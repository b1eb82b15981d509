import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import type { WireEvent } from '../../../src/engine/contracts/output.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { destinationSchema, type OscDestination } from '../../../src/transports/osc/options.js';
import { OscOutput } from '../../../src/transports/osc/osc-output.js';
import { heardOutputContract, type ReceivedNote } from '../../engine/contracts/output-contract.js';
import { OscPeer } from '../support/osc-peer.js';

const note: WireEvent = {
  kind: 'noteOn', owner: 1, channel: 0, data1: 60, data2: 100, beat: 4, durationBeats: 1, noteId: 1, microsPerBeat: 500_000,
};

async function opened(context: TestContext, destination: Partial<OscDestination> & { port: number }): Promise<OscOutput> {
  const output = new OscOutput(destinationSchema.parse(destination));
  await output.open();
  context.after(() => output.close());
  return output;
}

async function listening(context: TestContext): Promise<OscPeer> {
  const peer = await OscPeer.open(0);
  context.after(() => peer.close());
  return peer;
}

describe('an OSC output', () => {
  it('stamps time-tagged bundles with the wall time at which they are due', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port });
    const due = monotonicClock.now() + 200_000;
    output.send(note, due);
    output.flush();
    const wall = Date.now();
    const left = (due - monotonicClock.now()) / 1000;
    const heard = await peer.next('/continuo/note');
    assert.deepEqual(heard.values, [1, 0, 60, 100, 0.5, 4, 1]);
    const error = (heard.unixSeconds ?? 0) * 1000 - (wall + left);
    assert.ok(error > -1 && error < 2, `${error} ms off`);
  });

  it('spaces time tags exactly as the notes are spaced', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port });
    const start = monotonicClock.now();
    for (let index = 0; index < 16; index += 1) output.send({ ...note, noteId: index }, start + index * 125_000);
    output.flush();
    let before: number | undefined;
    for (let index = 0; index < 16; index += 1) {
      const { unixSeconds = 0 } = await peer.next('/continuo/note');
      if (before !== undefined) assert.ok(Math.abs(unixSeconds - before - 0.125) < 1e-6);
      before = unixSeconds;
    }
  });

  it('sends a chord in one bundle, and what is due at another moment in another', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port });
    const due = monotonicClock.now() + 100_000;
    for (const data1 of [60, 64, 67]) output.send({ ...note, data1 }, due);
    output.send({ ...note, data1: 72 }, due + 1000);
    output.flush();
    const heard = [];
    for (let index = 0; index < 4; index += 1) heard.push(await peer.next('/continuo/note'));
    assert.deepEqual(heard.map(({ values }) => values[2]), [60, 64, 67, 72]);
    assert.deepEqual(heard.map(({ datagram }) => datagram), [1, 1, 1, 2]);
  });

  it('never sends a bundle that a network frame cannot hold', async (context) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    const sizes: number[] = [];
    const all = new Promise<void>((resolve) =>
      socket.on('message', (datagram) => {
        sizes.push(datagram.length);
        if (sizes.length === 8) resolve();
      }),
    );
    const output = await opened(context, { port: socket.address().port, format: 'superdirt', sound: 'a-sound-of-24-characters' });
    const due = monotonicClock.now();
    for (let index = 0; index < 30; index += 1) output.send(note, due);
    for (let index = 0; index < 30; index += 1) output.send(note, due + 1);
    output.flush();
    await all;
    assert.ok(sizes.every((size) => size <= 1472), String(sizes));
  });

  it('sends plain messages at once to a destination that plays on arrival', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port, delivery: 'when-due' });
    output.send(note, monotonicClock.now());
    output.send({ ...note, kind: 'noteOff', durationBeats: 0 }, monotonicClock.now());
    const on = await peer.next('/continuo/note');
    const off = await peer.next('/continuo/note/off');
    assert.equal(on.unixSeconds, undefined);
    assert.equal(on.tags, 'iiiiffi');
    assert.deepEqual(off.values, [1, 0, 60, 1]);
  });

  it('has reached the kernel when send returns', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port, delivery: 'when-due' });
    output.send(note, monotonicClock.now());
    await output.close();
    await peer.next('/continuo/note');
  });

  it('loses nothing of a program that starts while it plays', async (context) => {
    const first = await OscPeer.open(0);
    const { port } = first;
    const output = await opened(context, { port, delivery: 'when-due' });
    await first.close();
    for (let noteId = 0; noteId < 5; noteId += 1) {
      output.send({ ...note, noteId }, monotonicClock.now());
      await new Promise((resolve) => setImmediate(resolve));
    }
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    output.send(note, monotonicClock.now());
    await once(socket, 'message');
  });

  it('plays SuperDirt', async (context) => {
    const peer = await listening(context);
    const output = await opened(context, { port: peer.port, format: 'superdirt' });
    output.send(note, monotonicClock.now() + 200_000);
    output.send({ ...note, kind: 'noteOff' }, monotonicClock.now() + 700_000);
    output.flush();
    const heard = await peer.next('/dirt/play');
    assert.ok(heard.values.includes('superpiano'));
    assert.ok((heard.unixSeconds ?? 0) > 1_600_000_000);
  });

  it('says which host has no address', async () => {
    const output = new OscOutput(destinationSchema.parse({ host: 'no-such-host.invalid', port: 9 }));
    await assert.rejects(output.open(), (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable' && /no-such-host/.test(error.message));
  });

  it('sends nothing before it is open and after it is closed', async (context) => {
    const peer = await listening(context);
    const output = new OscOutput(destinationSchema.parse({ port: peer.port, delivery: 'when-due' }));
    output.send(note, 0);
    await output.open();
    await output.close();
    await output.close();
    output.send(note, 0);
    output.flush();
    assert.equal(peer.heard.count, 0);
  });
});

for (const delivery of ['timetag', 'when-due'] as const) {
  heardOutputContract(`OSC, ${delivery}`, async () => {
    const peer = await OscPeer.open(0);
    return {
      output: new OscOutput(destinationSchema.parse({ port: peer.port, delivery })),
      async received(count) {
        const notes: ReceivedNote[] = [];
        while (notes.length < count) {
          const { address, values } = await peer.heard.take('a note', (message) => message.address.startsWith('/continuo/note'));
          notes.push({ kind: address === '/continuo/note' ? 'noteOn' : 'noteOff', channel: values[1] as number, pitch: values[2] as number });
        }
        return notes;
      },
      dispose: () => peer.close(),
    };
  });
}
