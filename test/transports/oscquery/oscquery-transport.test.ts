import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { Transport, TransportContext, type Endpoint } from '../../../src/engine/contracts/transport.js';
import { ContinuoError, errorCodes } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { oscQueryTransport } from '../../../src/transports/oscquery/descriptor.js';
import { oscQueryOptionsSchema } from '../../../src/transports/oscquery/options.js';
import { OscQueryTransport } from '../../../src/transports/oscquery/oscquery-transport.js';
import { transportContract } from '../../engine/contracts/transport-contract.js';
import { within } from '../support/within.js';
import { QueryPeer } from './support.js';

const osc: Endpoint = { service: '_osc._udp', host: '127.0.0.1', port: 57190 };

function contextWith(options: object = {}, endpoints: readonly Endpoint[] = [osc]): TransportContext {
  return { options: oscQueryOptionsSchema.parse({ listen: { port: 0 }, ...options }), clock: monotonicClock, packs: () => [], endpoints: () => endpoints };
}

async function stage(context: TestContext, options: object = {}, endpoints: readonly Endpoint[] = [osc]) {
  const transport = new OscQueryTransport(contextWith(options, endpoints));
  const offer = await transport.open();
  const store = new ParameterStore();
  store.addDeck(1);
  const [surface] = offer.controlSurfaces;
  surface.attach(store);
  const port = offer.endpoints?.[0].port ?? 0;
  const peer = await QueryPeer.open(port);
  context.after(async () => {
    await peer.close();
    surface.detach();
    await transport.close();
  });
  return { offer, store, surface, port, peer };
}

transportContract('OscQueryTransport', () => new OscQueryTransport(contextWith()));

describe('the OSCQuery wire', () => {
  it('is made by its module', async () => {
    const container = await loadInContainer(oscQueryTransport, { options: {}, files: {} }, new Map([[TransportContext, contextWith()]]));
    assert.ok(container.get<Transport>(Transport) instanceof OscQueryTransport);
  });

  it('listens on this machine alone and announces nothing unless told otherwise', async (context) => {
    const { offer } = await stage(context);
    assert.deepEqual(offer.notices.map(({ level }) => level), ['ready']);
    assert.match(offer.notices[0].sentence, /^OSCQuery answers at http:\/\/127\.0\.0\.1:\d+\.$/);
    assert.deepEqual(offer.endpoints?.map(({ service, host }) => [service, host]), [['_oscjson._tcp', '127.0.0.1']]);
  });

  it('says so when its port is taken', async (context) => {
    const { port } = await stage(context);
    const second = new OscQueryTransport(contextWith({ listen: { port } }));
    await assert.rejects(second.open(), (error) => error instanceof ContinuoError && error.code === errorCodes.portUnavailable);
  });

  it('answers a path with its node, everything with everything, as JSON', async (context) => {
    const { peer, store } = await stage(context);
    const everything = await peer.get('/');
    assert.equal(everything.headers.get('content-type'), 'application/json');
    const tree = (await everything.json()) as { CONTENTS: { continuo: { CONTENTS: Record<string, object> } } };
    const bpm = await (await peer.get('/continuo/bpm')).json();
    assert.deepEqual(tree.CONTENTS.continuo.CONTENTS.bpm, bpm);
    await store.write('bpm', [97], 'test');
    assert.deepEqual(await (await peer.get('/continuo/bpm?VALUE')).json(), { VALUE: [97] });
    assert.deepEqual(await (await peer.get('/continuo/bpm?RANGE')).json(), { RANGE: [{ MIN: 20, MAX: 999 }] });
    assert.deepEqual(await (await peer.get('/continuo/deck/1/top-p?TYPE')).json(), { TYPE: 'f' });
  });

  it('tells in HOST_INFO where OSC goes and what it can do, whatever the path', async (context) => {
    const { peer } = await stage(context, { name: 'Left' });
    for (const path of ['/', '/nothing']) {
      const info = (await (await peer.get(`${path}?HOST_INFO`)).json()) as { EXTENSIONS: Record<string, boolean> };
      const { EXTENSIONS, ...rest } = info;
      assert.deepEqual(rest, { NAME: 'Left', OSC_TRANSPORT: 'UDP', OSC_PORT: 57190 });
      for (const name of ['ACCESS', 'VALUE', 'RANGE', 'DESCRIPTION', 'LISTEN', 'PATH_ADDED', 'PATH_REMOVED', 'PATH_CHANGED']) assert.equal(EXTENSIONS[name], true, name);
    }
    const { peer: elsewhere } = await stage(context, {}, [{ ...osc, host: '10.0.0.5' }]);
    assert.equal(((await (await elsewhere.get('/?HOST_INFO')).json()) as { OSC_IP: string }).OSC_IP, '10.0.0.5');
    const { peer: without } = await stage(context, {}, []);
    assert.equal('OSC_PORT' in ((await (await without.get('/?HOST_INFO')).json()) as object), false);
  });

  it('answers what is not there with 404, what it does not know with 400, what a node has not with 204', async (context) => {
    const { peer } = await stage(context);
    const status = async (path: string): Promise<number> => (await peer.get(path)).status;
    assert.deepEqual(
      await Promise.all(['/nothing', '/continuo/bpm?NONSENSE', '/continuo/%E0', '/continuo/panic?VALUE', '/continuo/sync?RANGE', '/continuo?TYPE'].map(status)),
      [404, 400, 400, 204, 204, 204],
    );
    assert.equal((await fetch(peer.socket.url.replace('ws', 'http'), { method: 'POST' })).status, 405);
  });

  it('tells what is listened to, at once and from then on, until it is ignored', async (context) => {
    const { peer, store } = await stage(context);
    peer.say('LISTEN', '/continuo/bpm');
    assert.deepEqual((await peer.next('/continuo/bpm')).values, [120]);
    await store.write('deck/1/density', [0.25], 'test');
    await store.write('bpm', [90], 'test');
    assert.deepEqual((await peer.next('/continuo/bpm')).values, [90]);
    peer.say('IGNORE', '/continuo/bpm');
    peer.send('/continuo/sent');
    await peer.next('/continuo/sent');
    await store.write('bpm', [91], 'test');
    peer.send('/continuo/sent');
    await peer.next('/continuo/sent');
    assert.equal(peer.frames.count, 0);
  });

  it('performs OSC that comes in frames, patterns too, and presses buttons by nil', async (context) => {
    const { peer, store } = await stage(context);
    let presses = 0;
    store.handle('panic', () => {
      presses += 1;
    });
    peer.send('/continuo/deck/*/temperature', { type: 'f', value: 0.5 });
    peer.socket.send(Buffer.from('/continuo/panic\0,N\0\0', 'latin1'));
    peer.send('/continuo/panic');
    peer.send('/continuo/deck/1/temperature');
    assert.deepEqual((await peer.next('/continuo/deck/1/temperature')).values, [0.5]);
    assert.equal(presses, 2);
    assert.equal(store.get('deck/1/temperature'), 0.5);
  });

  it('answers a wrong command, a wrong path and a wrong value with their numbers', async (context) => {
    const { peer } = await stage(context);
    const numbers: unknown[] = [];
    for (const wrong of [() => peer.say('DANCE', '/'), () => peer.say('LISTEN', '/continuo/nothing'), () => peer.say('LISTEN', 'bpm'), () => peer.send('/other', 1), () => peer.send('/continuo/bpm', 5000)]) {
      wrong();
      numbers.push((await peer.next('/continuo/error')).values[0]);
    }
    const { badMessage, unknownAddress, badValue } = errorCodes;
    assert.deepEqual(numbers, [badMessage, unknownAddress, unknownAddress, unknownAddress, badValue]);
  });

  it('says when a deck comes or goes', async (context) => {
    const { peer, store } = await stage(context);
    const news = async (): Promise<object[]> => [await peer.commands.take('news'), await peer.commands.take('more news')];
    const above = { COMMAND: 'PATH_CHANGED', DATA: '/continuo/deck' };
    const deck = store.addDeck(2);
    assert.deepEqual(await news(), [{ COMMAND: 'PATH_ADDED', DATA: '/continuo/deck/2' }, above]);
    deck.dispose();
    assert.deepEqual(await news(), [{ COMMAND: 'PATH_REMOVED', DATA: '/continuo/deck/2' }, above]);
    assert.equal((await peer.get('/continuo/deck/2')).status, 404);
  });

  it('lets no page of another machine in, nor read', async (context) => {
    const { port } = await stage(context, { origins: ['https://stage.example'] });
    const connect = async (origin: string): Promise<string> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { origin });
      socket.on('error', () => undefined);
      const outcome = await within('an answer', Promise.race([once(socket, 'open').then(() => 'open'), once(socket, 'unexpected-response').then(() => 'refused')]));
      socket.terminate();
      return outcome;
    };
    assert.deepEqual(await Promise.all(['http://localhost:5173', 'https://stage.example', 'https://evil.example', 'null'].map(connect)), ['open', 'open', 'refused', 'refused']);
    const header = async (origin: string): Promise<string | null> =>
      (await fetch(`http://127.0.0.1:${port}/continuo/bpm`, { headers: { origin } })).headers.get('access-control-allow-origin');
    assert.equal(await header('https://stage.example'), 'https://stage.example');
    assert.equal(await header('https://evil.example'), null);
  });
});
