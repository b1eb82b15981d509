import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Bundle } from 'node-osc';
import { ContinuoError, errorCodes } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { OscSocket } from '../../../src/transports/osc/osc-socket.js';
import { OscSurface } from '../../../src/transports/osc/osc-surface.js';
import { OscPeer } from '../support/osc-peer.js';

const pack = { name: 'tiny', title: 'Tiny', family: 'test', licence: 'CC0', folder: '' };

describe('the OSC surface', () => {
  let socket: OscSocket;
  let store: ParameterStore;
  let clock: VirtualClock;
  let peer: OscPeer;
  let other: OscPeer;

  beforeEach(async () => {
    socket = await OscSocket.open('127.0.0.1', 0);
    store = new ParameterStore();
    store.addDeck(1);
    store.addDeck(2);
    clock = new VirtualClock();
    new OscSurface(socket, clock, () => [pack, { ...pack, name: 'other' }]).attach(store);
    peer = await OscPeer.open(socket.port);
    other = await OscPeer.open(socket.port);
  });
  afterEach(async () => {
    await socket.close();
    await peer.close();
    await other.close();
  });

  /** Resolves once the surface has dealt with everything this peer sent. */
  const settled = async (who = peer): Promise<void> => {
    who.send('/continuo/sent');
    await who.next('/continuo/sent');
  };
  const nextError = async (who = peer): Promise<number> => (await who.next('/continuo/error')).values[0] as number;

  describe('reading and writing', () => {
    it('answers floats as floats, whole or not, booleans as 1 and 0, integers and text as they are', async () => {
      const tags: [string, string][] = [['bpm', 'f'], ['deck/1/temperature', 'f'], ['playing', 'i'], ['deck/1/seed', 'i'], ['swap-at', 's']];
      for (const [address, tag] of tags) {
        peer.send(`/continuo/${address}`);
        assert.equal((await peer.next(`/continuo/${address}`)).tags, tag, address);
      }
    });

    it('takes integers, floats, text and 1 for true alike', async () => {
      peer.send('/continuo/bpm', 90);
      peer.send('/continuo/deck/1/seed', { type: 'f', value: 7 });
      peer.send('/continuo/deck/1/top-p', { type: 'f', value: 0.9 });
      peer.send('/continuo/deck/2/top-k', '12');
      await settled();
      assert.deepEqual(['bpm', 'deck/1/seed', 'deck/1/top-p', 'deck/2/top-k'].map((address) => store.get(address)), [90, 7, 0.9, 12]);
    });

    it('reads and writes several addresses by a pattern', async () => {
      peer.send('/continuo/deck/*/temperature', { type: 'f', value: 0.5 });
      await settled();
      assert.deepEqual([store.get('deck/1/temperature'), store.get('deck/2/temperature')], [0.5, 0.5]);
      peer.send('/continuo/deck/2/top-{p,k}');
      assert.equal((await peer.next('/continuo/deck/2/top-p')).values.length, 1);
      assert.equal((await peer.next('/continuo/deck/2/top-k')).values.length, 1);
      peer.send('/continuo/deck/*/nothing', 1);
      assert.equal(await nextError(), errorCodes.unknownAddress);
    });

    it('performs every message of a bundle, nested ones too, in their order', async () => {
      peer.sendPacket(new Bundle(1_900_000_000, ['/continuo/bpm', 100], new Bundle(['/continuo/bpm', 101], ['/continuo/horizon', 4]), ['/continuo/commit', 2]));
      await settled();
      assert.deepEqual(['bpm', 'horizon', 'commit'].map((address) => store.get(address)), [101, 4, 2]);
    });

    it('goes on with the rest of a bundle when one message is wrong', async () => {
      peer.sendPacket(new Bundle(['/continuo/bpm', 'fast'], ['/continuo/nothing', 1], ['/continuo/horizon', 16]));
      assert.equal(await nextError(), errorCodes.badValue);
      assert.equal(await nextError(), errorCodes.unknownAddress);
      assert.equal(store.get('horizon'), 16);
    });

    it('names the packs', async () => {
      peer.send('/continuo/packs');
      assert.deepEqual((await peer.next('/continuo/packs')).values, ['tiny', 'other']);
    });

    it('lets no word of its own hide an address of the table', () => {
      for (const word of ['listen', 'unlisten', 'packs', 'capabilities', 'capability', 'error', 'host/beat', 'note', 'clock', 'swap', 'timeline', 'transport', 'notice']) {
        assert.throws(() => store.entry(word), ContinuoError, word);
      }
    });
  });

  describe('telling what it can do', () => {
    const capabilities = async (...words: readonly string[]) => {
      peer.send('/continuo/capabilities', ...words);
      const [count, protocol, version] = (await peer.next('/continuo/capabilities')).values;
      const told = new Map<string, Map<string, unknown>>();
      while (told.size < (count as number)) {
        const [address, ...pairs] = (await peer.next('/continuo/capability')).values;
        told.set(address as string, new Map(pairs.flatMap((name, index) => (index % 2 === 0 ? [[name as string, pairs[index + 1]] as const] : []))));
      }
      return { protocol, version, told };
    };

    it('describes every address as the table does, with its version', async () => {
      const { protocol, version, told } = await capabilities();
      assert.equal(protocol, 1);
      assert.match(String(version), /^\d+\.\d+\.\d+/);
      assert.deepEqual([...told.keys()], store.addresses());
      for (const [address, pairs] of told) {
        const entry = store.entry(address);
        assert.equal(pairs.get('kind'), entry.kind, address);
        assert.equal(pairs.get('description'), entry.description.slice(0, 1024), address);
        if (entry.kind === 'value') assert.deepEqual([pairs.get('type'), pairs.get('access')], [entry.type, entry.readOnly ? 'read' : 'read-write'], address);
      }
      const bpm = told.get('bpm');
      assert.deepEqual(['minimum', 'maximum', 'default', 'unit'].map((name) => bpm?.get(name)), [20, 999, 120, 'beats per minute']);
      assert.equal(told.get('deck/2/load')?.get('arguments'), 'pack:text [boundary:text]');
      assert.equal(told.get('swap-at')?.get('choices'), 'now beat bar 2-bars 4-bars 8-bars');
    });

    it('describes what a pattern matches', async () => {
      const { told } = await capabilities('deck/*/top-p');
      assert.deepEqual([...told.keys()], ['deck/1/top-p', 'deck/2/top-p']);
      assert.equal((await capabilities('nothing')).told.size, 0);
    });

    it('tells thousands of values to a program with an ordinary socket', async () => {
      const decks = Array.from({ length: 30 }, (_, index) => store.addDeck(index + 3));
      peer.send('/continuo/listen');
      const expected = store.addresses().filter((address) => store.entry(address).kind === 'value');
      await peer.next('/continuo/packs');
      assert.deepEqual(peer.heard.drain().map(({ address }) => address), expected.map((address) => `/continuo/${address}`));
      for (const deck of decks) deck.dispose();
    });
  });

  describe('listening', () => {
    it('tells everything there is at once, then every change and event', async () => {
      peer.send('/continuo/listen');
      for (const address of store.addresses()) {
        if (store.entry(address).kind === 'value') await peer.next(`/continuo/${address}`);
      }
      await peer.next('/continuo/packs');
      await store.write('bpm', [133], 'test');
      assert.deepEqual((await peer.next('/continuo/bpm')).values, [133]);
    });

    it('tells the one who made the change as well: what it hears is what is', async () => {
      peer.send('/continuo/listen', 'bpm');
      await peer.next('/continuo/bpm');
      peer.send('/continuo/bpm', 99);
      assert.deepEqual((await peer.next('/continuo/bpm')).values, [99]);
    });

    it('tells only what was asked for', async () => {
      peer.send('/continuo/listen', 'deck/1/*');
      for (const address of store.addresses()) {
        if (address.startsWith('deck/1/') && store.entry(address).kind === 'value') await peer.next(`/continuo/${address}`);
      }
      await store.write('deck/2/seed', [5], 'test');
      await store.write('bpm', [70], 'test');
      await store.write('deck/1/seed', [6], 'test');
      await peer.next('/continuo/deck/1/seed');
      assert.equal(peer.heard.count, 0);
    });

    it('tells the values of a deck that comes later to those who asked for its like', async () => {
      peer.send('/continuo/listen', 'deck/*/top-p');
      other.send('/continuo/listen', 'bpm');
      await settled(other);
      await settled();
      other.heard.drain();
      const deck = store.addDeck(3);
      await peer.next('/continuo/deck/3/top-p');
      deck.dispose();
      await settled(other);
      assert.equal(other.heard.count, 0);
    });

    it('stops when told: one pattern, or all', async () => {
      peer.send('/continuo/listen', 'bpm');
      peer.send('/continuo/listen', 'horizon');
      peer.send('/continuo/unlisten', 'bpm');
      await settled();
      peer.heard.drain();
      await store.write('bpm', [70], 'test');
      await store.write('horizon', [12], 'test');
      await peer.next('/continuo/horizon');
      assert.equal(peer.heard.count, 0);
      peer.send('/continuo/unlisten');
      await settled();
      await store.write('horizon', [13], 'test');
      await settled();
      assert.equal(peer.heard.count, 0);
    });

    it('answers at another port of the same machine when asked to, errors and values too', async () => {
      peer.send('/continuo/listen', 'bpm', other.port);
      assert.deepEqual((await other.next('/continuo/bpm')).values, [120]);
      peer.send('/continuo/horizon');
      await other.next('/continuo/horizon');
      peer.send('/continuo/nothing', 1);
      assert.equal(await nextError(other), errorCodes.unknownAddress);
    });

    it('tells a program that was started again once, not twice', async () => {
      const again = await OscPeer.open(socket.port);
      peer.send('/continuo/listen', 'bpm', other.port);
      await other.next('/continuo/bpm');
      again.send('/continuo/listen', 'bpm', other.port);
      await other.next('/continuo/bpm');
      await store.write('bpm', [66], 'test');
      again.send('/continuo/sent');
      await other.next('/continuo/sent');
      assert.equal(other.heard.drain().filter(({ address }) => address === '/continuo/bpm').length, 1);
      await again.close();
    });

    it('refuses a port that is none', async () => {
      for (const port of [-1, 70_000, 1.5, 'x']) {
        peer.send('/continuo/listen', 'bpm', port);
        assert.equal(await nextError(), errorCodes.badValue);
      }
    });

    it('forgets who asked for a lease and has said nothing for longer, and nobody else', async () => {
      peer.send('/continuo/listen', 'bpm', 0, 10);
      other.send('/continuo/listen', 'bpm');
      await settled(other);
      clock.advanceTo(clock.now() + 9_000_000);
      await settled();
      clock.advanceTo(clock.now() + 9_000_000);
      await store.write('bpm', [61], 'test');
      assert.deepEqual((await peer.heard.take('the change', ({ values }) => values[0] === 61)).values, [61]);
      clock.advanceTo(clock.now() + 10_000_001);
      await store.write('bpm', [62], 'test');
      await other.heard.take('the change', ({ values }) => values[0] === 62);
      await settled();
      assert.equal(peer.heard.drain().filter(({ address }) => address === '/continuo/bpm').some(({ values }) => values[0] === 62), false);
    });

    it('refuses a lease that is none', async () => {
      for (const seconds of [0, -1, 100_000, 'long']) {
        peer.send('/continuo/listen', 'bpm', 0, seconds);
        assert.equal(await nextError(), errorCodes.badValue);
      }
    });

    it('keeps the 32 that were heard last, and tells the one it drops', async () => {
      const crowd = await Promise.all(Array.from({ length: 32 }, () => OscPeer.open(socket.port)));
      for (const one of crowd) {
        one.send('/continuo/listen', 'bpm');
        await one.next('/continuo/bpm');
      }
      await settled(crowd[0]);
      peer.send('/continuo/listen', 'bpm');
      assert.equal(await nextError(crowd[1]), errorCodes.queueFull);
      await store.write('bpm', [60], 'test');
      for (const one of [peer, crowd[0], ...crowd.slice(2)]) assert.deepEqual((await one.heard.take('bpm', ({ values }) => values[0] === 60)).values, [60]);
      await settled(crowd[1]);
      assert.equal(crowd[1].heard.count, 0);
      await Promise.all(crowd.map((one) => one.close()));
    });

    it('takes 64 patterns of one listener', async () => {
      for (let index = 0; index < 64; index += 1) peer.send('/continuo/listen', `nothing-${index}`);
      peer.send('/continuo/listen', 'nothing-3');
      await settled();
      assert.equal(peer.heard.count, 0);
      peer.send('/continuo/listen', 'one too many');
      assert.equal(await nextError(), errorCodes.queueFull);
    });

    it('tells what happens in the engine', async () => {
      peer.send('/continuo/listen');
      await peer.next('/continuo/packs');
      store.emit({ type: 'swap', deck: 1, stage: 'playing', pack: 'tiny', atBeat: 8 });
      store.emit({ type: 'transport', playing: true, beat: 4 });
      clock.advanceTo(1_000_000);
      store.emit({ type: 'timeline', leader: 'internal', bpm: 60, beatOrigin: 2, timeOrigin: 0 });
      store.emit({ type: 'packs', names: ['a', 'b'] });
      store.emit({ type: 'notice', sentence: 'All is well.' });
      store.report(new ContinuoError('modelFailed', 'The model is ill.'), 'deck/1');
      assert.deepEqual((await peer.next('/continuo/swap')).values, [1, 'playing', 'tiny', '']);
      assert.deepEqual((await peer.next('/continuo/transport')).values, [1, 4]);
      assert.deepEqual((await peer.next('/continuo/timeline')).values, [60, 3, 'internal']);
      assert.deepEqual((await peer.next('/continuo/packs')).values, ['a', 'b']);
      assert.deepEqual((await peer.next('/continuo/notice')).values, ['All is well.']);
      assert.deepEqual((await peer.next('/continuo/error')).values, [errorCodes.modelFailed, 'The model is ill.']);
    });
  });

  describe('with bad packets', () => {
    it('answers each with a numbered error, and goes on', async () => {
      const tagged = (tag: string, bytes: number): Buffer =>
        Buffer.concat([Buffer.from('/continuo/bpm\0\0\0'), Buffer.from(`,${tag}\0\0`), Buffer.alloc(bytes)]);
      const bad: [string, Buffer, number][] = [
        ['an empty datagram', Buffer.alloc(0), errorCodes.badMessage],
        ['text', Buffer.from('hello'), errorCodes.badMessage],
        ['a double', tagged('d', 8), errorCodes.badMessage],
        ['a 64-bit integer', tagged('h', 8), errorCodes.badMessage],
        ['a time', tagged('t', 8), errorCodes.badMessage],
        ['a type without its bytes', tagged('i', 0), errorCodes.badMessage],
        ['a bundle that ends early', Buffer.from('#bundle\0\0\0\0\0\0\0\0\u0001\0\0\0\u0050'), errorCodes.badMessage],
        ['a blob', Buffer.concat([Buffer.from('/continuo/bpm\0\0\0,b\0\0\0\0\0\u0001'), Buffer.alloc(4)]), errorCodes.badMessage],
        ['somebody else’s address', Buffer.from('/live/test\0\0,\0\0\0'), errorCodes.unknownAddress],
        ['an address with no slash', Buffer.from('error\0\0\0,\0\0\0'), errorCodes.unknownAddress],
        ['our prefix alone', Buffer.from('/continuo/\0\0,\0\0\0'), errorCodes.unknownAddress],
        ['two values for one', Buffer.from('/continuo/bpm\0\0\0,ii\0\0\0\0\u0001\0\0\0\u0001'), errorCodes.badValue],
        ['not a number', Buffer.from('/continuo/bpm\0\0\0,f\0\0\u007f\u00c0\0\0', 'latin1'), errorCodes.badValue],
      ];
      for (const [name, bytes, code] of bad) {
        peer.sendBytes(bytes);
        assert.equal(await nextError(), code, name);
      }
      assert.equal(store.get('bpm'), 120);
      await settled();
    });

    it('takes a bundle nested a thousand deep for what it is', async () => {
      let bytes = Buffer.from('/continuo/bpm\0\0\0,i\0\0\0\0\0\u0064');
      for (let depth = 0; depth < 1000; depth += 1) {
        const size = Buffer.alloc(4);
        size.writeInt32BE(bytes.length);
        bytes = Buffer.concat([Buffer.from('#bundle\0\0\0\0\0\0\0\0\u0001'), size, bytes]);
      }
      peer.sendBytes(bytes);
      await settled();
      assert.equal(store.get('bpm'), 100);
    });

    it('never answers an error with an error', async () => {
      peer.send('/continuo/error', 100, 'You are wrong.');
      peer.send('/continuo/error');
      await settled();
      assert.equal(peer.heard.count, 0);
    });

    it('tells text that holds a NUL, or a whole novel, without harm', async () => {
      peer.send('/continuo/listen', 'sync');
      await peer.next('/continuo/sync');
      await store.write('sync', [`a\0b${'c'.repeat(100_000)}`], 'test');
      assert.deepEqual((await peer.next('/continuo/sync')).values, [`ab${'c'.repeat(1022)}`]);
    });
  });

  it('says so when its port is taken', async () => {
    await assert.rejects(OscSocket.open('127.0.0.1', socket.port), (error) => {
      assert.ok(error instanceof ContinuoError && error.errorName === 'portUnavailable');
      assert.match(error.message, new RegExp(`${socket.port}.*another program has it`));
      return true;
    });
  });

  it('lets an answer that comes after the end go nowhere', async () => {
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => store.handle('start', () => new Promise((_resolve, reject) => {
      finish = () => reject(new ContinuoError('modelFailed', 'Too late.'));
      resolve();
    })));
    peer.send('/continuo/start');
    await done;
    await socket.close();
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  });
});

