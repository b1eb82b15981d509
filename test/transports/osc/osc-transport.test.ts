import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TransportContext, Transport } from '../../../src/engine/contracts/transport.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import descriptor from '../../../src/transports/osc/descriptor.js';
import { oscOptionsSchema } from '../../../src/transports/osc/options.js';
import { transportContract } from '../../engine/contracts/transport-contract.js';
import { OscPeer } from '../support/osc-peer.js';

async function made(options: unknown): Promise<Transport> {
  const context: TransportContext = { options: descriptor.optionsSchema.parse(options), clock: monotonicClock, packs: () => [] };
  const container = await loadInContainer(descriptor, { options: context.options, files: {} }, new Map([[TransportContext, context]]));
  return container.get<Transport>(Transport);
}

describe('the OSC wire', () => {
  it('works with no options at all, on loopback only, for the shipped patches', () => {
    const { listen, destinations } = oscOptionsSchema.parse({});
    assert.deepEqual(listen, { host: '127.0.0.1', port: 57190 });
    assert.deepEqual(
      destinations.map(({ name, host, port, delivery, leadMilliseconds }) => [name, host, port, delivery, leadMilliseconds]),
      [
        ['supercollider', '127.0.0.1', 57120, 'timetag', 200],
        ['puredata', '127.0.0.1', 57191, 'when-due', 0],
        ['max', '127.0.0.1', 57192, 'when-due', 0],
      ],
    );
  });

  it('refuses options that make no sense', () => {
    for (const wrong of [
      { listen: { port: 70_000 } },
      { listen: { prot: 1 } },
      { destinations: [{ host: 'localhost' }] },
      { destinations: [{ port: 9, delivery: 'later' }] },
      { destinations: [{ port: 9, name: 'a b' }] },
      { destinations: [{ port: 9 }, { port: 9 }] },
      { destinations: [{ port: 9, offsetMilliseconds: 5000 }] },
    ]) {
      assert.equal(oscOptionsSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });

  it('offers an output for every destination, a surface and a sync source', async () => {
    const transport = await made({
      listen: { port: 0 },
      destinations: [
        { port: 57120, offsetMilliseconds: -12.5 },
        { name: 'dirt', port: 57121, format: 'superdirt', leadMilliseconds: 300 },
        { name: 'pd', port: 57122, delivery: 'when-due', leadMilliseconds: 300, clock: false },
      ],
    });
    const offer = await transport.open();
    assert.deepEqual(
      offer.outputs.map(({ name, leadMicros, offsetMicros, sendsClock }) => [name, leadMicros, offsetMicros, sendsClock]),
      [
        ['osc:127.0.0.1:57120', 200_000, -12_500, true],
        ['osc:dirt', 300_000, 0, false],
        ['osc:pd', 0, 0, false],
      ],
    );
    assert.deepEqual(offer.controlSurfaces.map(({ name }) => name), ['osc']);
    assert.deepEqual(offer.syncSources.map(({ name }) => name), ['osc']);
    assert.deepEqual(offer.notices.map(({ level }) => level), ['ready', 'ready', 'ready', 'ready']);
    assert.deepEqual(structuredClone(offer.outputs), offer.outputs);
    await transport.close();
  });

  it('says where it listens, and follows a host that tells its beats', async () => {
    const transport = await made({ listen: { port: 0 }, destinations: [] });
    const { notices, controlSurfaces, syncSources } = await transport.open();
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(notices[0].sentence)?.[1]);
    const beats: number[] = [];
    const heard = new Promise<void>((resolve) =>
      syncSources[0].start({
        timeline: ({ bpm, beatOrigin }) => {
          beats.push(bpm, beatOrigin);
          resolve();
        },
        transport: () => undefined,
        lost: () => undefined,
      }),
    );
    controlSurfaces[0].attach(new ParameterStore());
    const peer = await OscPeer.open(port);
    peer.send('/continuo/host/beat', 98, 12);
    await heard;
    assert.deepEqual(beats, [98, 12]);
    syncSources[0].stop();
    await peer.close();
    await transport.close();
  });

  it('keeps its outputs when its port is taken, and says what is off', async () => {
    const first = await made({ listen: { port: 0 }, destinations: [] });
    const port = Number(/127\.0\.0\.1:(\d+)/.exec((await first.open()).notices[0].sentence)?.[1]);
    const second = await made({ listen: { port } });
    const offer = await second.open();
    assert.equal(offer.outputs.length, 3);
    assert.equal(offer.controlSurfaces.length, 0);
    assert.match(offer.notices.find(({ level }) => level === 'off')?.sentence ?? '', /OSC control is off: .*another program has it/);
    await second.close();
    await first.close();
    await first.close();
  });
});

transportContract('OSC', () => made({ listen: { port: 0 } }));
