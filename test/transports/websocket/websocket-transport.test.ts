import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Output, OutputOptions, type WireEvent } from '../../../src/engine/contracts/output.js';
import { Transport, TransportContext, type TransportOffer } from '../../../src/engine/contracts/transport.js';
import { ContinuoError, errorCodes } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import descriptor from '../../../src/transports/websocket/descriptor.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import { transportContract } from '../../engine/contracts/transport-contract.js';
import { until, within } from '../support/within.js';
import { refusal, WebSocketPeer } from '../support/websocket-peer.js';

const pack = { name: 'tiny', title: 'Tiny', family: 'test', licence: 'CC0', folder: '/packs/tiny' };
const note: WireEvent = {
  kind: 'noteOn', owner: 1, channel: 0, data1: 60, data2: 100, beat: 4, durationBeats: 1, noteId: 1, microsPerBeat: 500_000,
};

async function made(options: object): Promise<Transport> {
  const context: TransportContext = { options: descriptor.optionsSchema.parse(options), clock: monotonicClock, packs: () => [pack] };
  const container = await loadInContainer(descriptor, { options: context.options, files: {} }, new Map([[TransportContext, context]]));
  return container.get<Transport>(Transport);
}

describe('the WebSocket wire', () => {
  let transport: Transport;
  let offer: TransportOffer;
  let store: ParameterStore;
  let port: number;
  let output: Output;

  async function open(options: object = {}): Promise<void> {
    transport = await made({ listen: { port: 0 }, ...options });
    offer = await transport.open();
    port = Number(/127\.0\.0\.1:(\d+)/.exec(offer.notices[0].sentence)?.[1]);
    store = new ParameterStore();
    store.addDeck(1);
    store.addDeck(2);
    offer.controlSurfaces[0].attach(store);
    const [specification] = offer.outputs;
    const container = await loadInContainer(specification, { options: {}, files: {} }, new Map([[OutputOptions, specification.options]]));
    output = container.get<Output>(Output);
    await output.open();
  }

  beforeEach(() => open());
  afterEach(async () => {
    await output.close();
    await transport.close();
  });

  /** As options of another server than the one every test gets. */
  async function reopened(options: object): Promise<void> {
    await output.close();
    await transport.close();
    await open(options);
  }

  it('greets with the protocol, the clocks, the decks, the packs and the whole table', async () => {
    const before = monotonicClock.now();
    const peer = await WebSocketPeer.open(port);
    const hello = await peer.next('hello');
    assert.equal(hello.protocol, 1);
    assert.deepEqual(hello.decks, [1, 2]);
    assert.deepEqual(hello.packs, [pack]);
    assert.ok(hello.engineMicros >= before && hello.engineMicros <= monotonicClock.now());
    assert.ok(Math.abs(hello.wallMilliseconds - Date.now()) < 5000);
    assert.deepEqual(hello.parameters.map(({ address }) => address), store.addresses());
    const bpm = hello.parameters.find(({ address }) => address === 'bpm');
    assert.deepEqual(bpm, { ...store.entry('bpm'), address: 'bpm', value: 120 });
    await peer.close();
  });

  it('greets everybody once more when a deck comes or goes', async () => {
    const peer = await WebSocketPeer.open(port);
    await peer.next('hello');
    const deck = store.addDeck(3);
    assert.deepEqual((await peer.next('hello')).decks, [1, 2, 3]);
    deck.dispose();
    assert.deepEqual((await peer.next('hello')).decks, [1, 2]);
    await peer.close();
  });

  it('answers a ping with both clocks and the id, so that a browser can tell the offset', async () => {
    const peer = await WebSocketPeer.open(port);
    const before = monotonicClock.now();
    const pong = await peer.ask({ type: 'ping' });
    assert.ok(pong.type === 'pong' && pong.engineMicros >= before && pong.engineMicros <= monotonicClock.now());
    await peer.close();
  });

  it('confirms what was asked with an id, and names the id in an error', async () => {
    const peer = await WebSocketPeer.open(port);
    assert.equal((await peer.ask({ type: 'set', address: 'bpm', value: 90 })).type, 'done');
    const wrong = await peer.ask({ type: 'set', address: 'bpm', value: 5 });
    assert.ok(wrong.type === 'error' && wrong.code === errorCodes.badValue);
    const shout = await peer.ask({ type: 'shout' });
    assert.ok(shout.type === 'error' && shout.code === errorCodes.badMessage);
    await peer.close();
  });

  it('hears nothing of what it was refused to listen to', async () => {
    const peer = await WebSocketPeer.open(port);
    const many = (count: number, from: number): string[] => Array.from({ length: count }, (_unused, index) => `nothing/${from + index}`);
    for (const from of [0, 64, 128, 192]) assert.equal((await peer.ask({ type: 'listen', to: many(64, from) })).type, 'done');
    const refused = await peer.ask({ type: 'listen', to: ['nothing/0', 'bpm'] });
    assert.ok(refused.type === 'error' && refused.code === errorCodes.queueFull);
    assert.equal((await peer.ask({ type: 'listen', to: ['nothing/0', 'nothing/255'] })).type, 'done', 'what it listens to already');
    store.publish('bpm', 90);
    await peer.ask({ type: 'unlisten', to: ['nothing/7'] });
    await peer.ask({ type: 'listen', to: ['bpm'] });
    store.publish('bpm', 91);
    assert.equal((await peer.next('value')).value, 91);
    await peer.close();
  });

  it('keeps values and actions apart', async () => {
    const peer = await WebSocketPeer.open(port);
    store.handle('start', () => undefined);
    for (const message of [
      { type: 'set', address: 'start', value: 1 },
      { type: 'invoke', address: 'bpm', arguments: [90] },
      { type: 'get', address: 'start' },
    ]) {
      const answer = await peer.ask(message);
      assert.ok(answer.type === 'error' && answer.code === errorCodes.badValue, JSON.stringify(message));
    }
    assert.equal((await peer.ask({ type: 'invoke', address: 'start' })).type, 'done');
    await peer.close();
  });

  it('tells everybody the same notes with beat and time', async () => {
    const peers = [await WebSocketPeer.open(port), await WebSocketPeer.open(port)];
    output.send(note, 123_456);
    output.send({ ...note, kind: 'noteOff' }, 623_456);
    output.flush();
    for (const peer of peers) {
      assert.deepEqual(await peer.next('note'), {
        type: 'note', id: 1, deck: 1, channel: 0, pitch: 60, velocity: 100, beat: 4, durationBeats: 1, durationSeconds: 0.5, timeMicros: 123_456,
      });
      assert.equal((await peer.next('noteOff')).id, 1);
      await peer.close();
    }
  });

  it('tells what the engine plans and does', async () => {
    const peer = await WebSocketPeer.open(port);
    await peer.next('hello');
    const planned = { type: 'planned', deck: 1, fromBeat: 0, untilBeat: 4, notes: [{ beat: 0, duration: 1, channel: 0, pitch: 60, velocity: 90 }] } as const;
    store.emit(planned);
    assert.deepEqual((await peer.next('event')).event, planned);
    store.report(new ContinuoError('modelFailed', 'The model is ill.'), 'deck/1');
    const told = (await peer.next('event')).event;
    assert.ok(told.type === 'error' && told.code === errorCodes.modelFailed);
    await peer.close();
  });

  it('lets pages of this machine and programs in, and no page from elsewhere', async () => {
    for (const origin of [undefined, 'http://localhost:3000', 'http://127.0.0.1:57190']) await (await WebSocketPeer.open(port, origin)).close();
    for (const origin of ['http://example.com', 'null', 'http://localhost.example.com']) assert.equal(await refusal(port, origin), 403);
  });

  it('lets more origins in when asked to', async () => {
    await reopened({ origins: ['https://stage.example'] });
    await (await WebSocketPeer.open(port, 'https://stage.example')).close();
    assert.equal(await refusal(port, 'https://example.com'), 403);
  });

  it('takes no more clients than it may, and another once one has gone', async () => {
    await reopened({ maximumClients: 2 });
    const [first, second] = [await WebSocketPeer.open(port), await WebSocketPeer.open(port)];
    assert.equal(await refusal(port), 503);
    await first.close();
    await (await WebSocketPeer.open(port)).close();
    await second.close();
  });

  it('ends the connection of who sends too much at once, and no other', async () => {
    const [good, greedy] = [await WebSocketPeer.open(port), await WebSocketPeer.open(port)];
    greedy.socket.send('x'.repeat(70_000));
    assert.equal(await within('the end', greedy.closed), 1009);
    assert.equal((await good.ask({ type: 'ping' })).type, 'pong');
    await good.close();
  });

  it('answers bytes with an error', async () => {
    const peer = await WebSocketPeer.open(port);
    peer.socket.send(Buffer.from([1, 2, 3]));
    assert.equal((await peer.next('error')).code, errorCodes.badMessage);
    await peer.close();
  });

  it('drops and counts what a slow client does not read, and tells it so', async () => {
    await reopened({ maximumWaitingBytes: 65536 });
    const slow = await WebSocketPeer.open(port);
    const quick = await WebSocketPeer.open(port);
    await slow.next('hello');
    slow.socket.pause();
    const sentence = 'x'.repeat(60_000);
    for (let index = 0; index < 400; index += 1) {
      store.emit({ type: 'notice', sentence });
      await quick.next('event');
    }
    slow.socket.resume();
    let told = 0;
    await until('the slow one has read', () => {
      told += slow.heard.drain().length;
      return slow.socket.readyState === slow.socket.OPEN && told > 0;
    });
    let dropped = 0;
    for (let tries = 0; dropped === 0 && tries < 1000; tries += 1) {
      store.emit({ type: 'notice', sentence: 'small' });
      await quick.next('event');
      for (const message of slow.heard.drain()) {
        if (message.type === 'dropped') dropped = message.messages;
        else told += 1;
      }
    }
    assert.ok(dropped > 0 && told > 0 && dropped + told >= 400, `${dropped} dropped, ${told} told`);
    await slow.close();
    await quick.close();
  });

  it('answers a plain HTTP request, and bytes that are none', async () => {
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 426);
    const socket = connect(port, '127.0.0.1');
    socket.end('\0\0\0 this is no HTTP \r\n\r\n');
    socket.resume();
    await within('the end', once(socket, 'close'));
    await (await WebSocketPeer.open(port)).close();
  });

  it('lets nobody in before it is attached, and everybody go when detached', async () => {
    const peer = await WebSocketPeer.open(port);
    offer.controlSurfaces[0].detach();
    assert.equal(await within('the end', peer.closed), 1001);
    assert.equal(await refusal(port), 503);
  });

  it('says so when its port is taken', async () => {
    const second = await made({ listen: { port } });
    await assert.rejects(second.open(), (error) => error instanceof ContinuoError && error.errorName === 'portUnavailable' && /another program has it/.test(error.message));
    await second.close();
  });

  it('describes its output to the send thread', () => {
    const [{ name, leadMicros, offsetMicros, sendsClock, transfer }] = offer.outputs;
    assert.deepEqual([name, leadMicros, offsetMicros, sendsClock, transfer?.length], ['websocket', 100_000, 0, true, 1]);
  });

  it('refuses options that make no sense', () => {
    for (const wrong of [{ listen: { port: -1 } }, { maximumClients: 0 }, { port: 1 }, { maximumMessageBytes: 10 }, { leadMilliseconds: -1 }]) {
      assert.equal(websocketOptionsSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });

  it('reads and sets several addresses by a pattern', async () => {
    const peer = await WebSocketPeer.open(port);
    const answer = await peer.ask({ type: 'get', address: 'deck/*/top-{p,k}' });
    assert.deepEqual(answer.type === 'values' && answer.values, { 'deck/1/top-p': 0.98, 'deck/1/top-k': 0, 'deck/2/top-p': 0.98, 'deck/2/top-k': 0 });
    assert.equal((await peer.ask({ type: 'set', address: 'deck/*/top-k', value: 7 })).type, 'done');
    assert.deepEqual([store.get('deck/1/top-k'), store.get('deck/2/top-k')], [7, 7]);
    for (const [message, code] of [
      [{ type: 'get', address: 'nothing/*' }, errorCodes.unknownAddress],
      [{ type: 'set', address: 'deck/*/rethink', value: 1 }, errorCodes.badValue],
    ] as const) {
      const refused = await peer.ask(message);
      assert.equal(refused.type === 'error' && refused.code, code);
    }
    await peer.close();
  });

  it('describes what it can do, all or what a pattern matches', async () => {
    const peer = await WebSocketPeer.open(port);
    const all = await peer.ask({ type: 'capabilities' });
    assert.ok(all.type === 'capabilities' && all.protocol === 1 && /^\d+\.\d+/.test(all.version));
    assert.deepEqual(all.parameters.map(({ address }) => address), store.addresses());
    const some = await peer.ask({ type: 'capabilities', address: 'deck/2/top-*' });
    assert.deepEqual(some.type === 'capabilities' && some.parameters.map(({ address }) => address), ['deck/2/top-p', 'deck/2/top-k']);
    await peer.close();
  });

  it('tells a client that chose only what it listens to', async () => {
    const peer = await WebSocketPeer.open(port);
    await peer.next('hello');
    assert.equal((await peer.ask({ type: 'listen', to: ['deck/1/*', 'notice'] })).type, 'done');
    await store.write('bpm', [91], 'test');
    store.emit({ type: 'packs', names: [] });
    store.emit({ type: 'notice', sentence: 'Something.' });
    await store.write('deck/1/seed', [9], 'test');
    assert.deepEqual(await peer.next('value'), { type: 'value', address: 'deck/1/seed', value: 9 });
    assert.equal((await peer.next('event')).event.type, 'notice');
    assert.equal((await peer.ask({ type: 'listen', to: ['bpm'] })).type, 'done');
    assert.equal((await peer.ask({ type: 'unlisten', to: ['deck/1/*'] })).type, 'done');
    await store.write('deck/1/seed', [10], 'test');
    await store.write('bpm', [92], 'test');
    assert.deepEqual(await peer.next('value'), { type: 'value', address: 'bpm', value: 92 });
    assert.equal((await peer.ask({ type: 'unlisten' })).type, 'done');
    await store.write('bpm', [93], 'test');
    await peer.ask({ type: 'ping' });
    assert.equal(peer.heard.count, 0);
    assert.equal((await peer.ask({ type: 'listen', to: ['*'] })).type, 'done');
    await store.write('bpm', [94], 'test');
    assert.equal((await peer.next('value')).value, 94);
    await peer.close();
  });

});

transportContract('WebSocket', () => made({ listen: { port: 0 } }));
