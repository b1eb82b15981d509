import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { decode } from 'node-osc';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { grownSession } from './support/grown-session.js';
import { LinkEngine } from './support/link-engine.js';
import { LinkHut, linkHutPrograms } from './support/link-hut.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { apart, LinkPeer } from './support/link-peer.js';
import { median } from './support/median.js';
import { until } from './support/until.js';

/** LinkHut shows its beat to a hundredth, and its screen is read when there is time for it. */
const screenMicros: Micros = 15_000;
const screenBeats: Beats = 0.005;

/**
 * The ten items of Ableton's test plan for programs that speak Link (TEST-PLAN.md in the Link repository), by their names,
 * with the whole engine as the app and LinkHut as its counterpart.
 */
describe('the Link test plan', { skip: skipWithoutLink(linkHutPrograms) }, () => {
  let network: LinkNetwork;
  // One each: who dies without a goodbye is a ghost in the session for seconds.
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  async function openHut(context: TestContext, keys = ''): Promise<LinkHut> {
    const hut = await LinkHut.start(network);
    context.after(() => hut.stop());
    await hut.press(keys);
    if (keys.includes('a')) await grownSession();
    return hut;
  }

  async function openApp(context: TestContext, ...options: [configuration?: object, link?: object]): Promise<LinkEngine> {
    const app = await LinkEngine.start(network, ...options);
    context.after(() => app.stop());
    return app;
  }

  async function connected(app: LinkEngine, hut: LinkHut): Promise<void> {
    await app.is('led by Link', ({ leader }) => leader === 'link');
    await hut.is('connected', ({ peers }) => peers === 1);
  }

  async function inSync(app: LinkEngine, hut: LinkHut, context: TestContext): Promise<void> {
    const differences = (await hut.shown(40)).map(({ micros, beat, quantum }) => apart(app.beatAt(micros), beat, quantum, app.bpm));
    const typical = median(differences);
    context.diagnostic(`beside LinkHut's screen by ${(typical / 1000).toFixed(1)} ms (median)`);
    assert.ok(typical < screenMicros + (screenBeats * 60_000_000) / app.bpm, `${typical} µs beside LinkHut`);
    assert.ok(Math.abs(hut.state.bpm - app.bpm) < 0.011, `${hut.state.bpm} and ${app.bpm} BPM`);
  }

  it('TEMPO-1: tempo changes are transmitted both ways', async (context) => {
    const hut = await openHut(context, ' a');
    const app = await openApp(context);
    await connected(app, hut);
    await app.write('stop');
    await app.write('bpm', 140);
    await hut.is('at 140 BPM', ({ bpm }) => bpm === 140);
    await app.write('start');
    await app.is('playing', ({ playing }) => playing);
    await inSync(app, hut, context);
    await hut.press('eeeee');
    await app.is('at 145 BPM', ({ bpm }) => bpm === 145);
    await inSync(app, hut, context);
    await app.write('bpm', 97.5);
    await hut.is('at 97.5 BPM', ({ bpm }) => bpm === 97.5);
    await inSync(app, hut, context);
  });

  it('TEMPO-2: opening an app with Link on does not change the tempo of a session', async (context) => {
    const hut = await openHut(context, ' a');
    await hut.setTempo(130);
    const app = await openApp(context, { bpm: 100 });
    await connected(app, hut);
    await app.is('at 130 BPM', ({ bpm }) => bpm === 130);
    assert.equal(hut.state.bpm, 130);
    await inSync(app, hut, context);
  });

  it('TEMPO-3: loading something else does not change the tempo of the session', async (context) => {
    const hut = await openHut(context, ' a');
    await hut.setTempo(130);
    const app = await openApp(context);
    await connected(app, hut);
    assert.equal(hut.state.bpm, 130);
    if (!app.playing) await app.write('start');
    await app.is('playing', ({ playing }) => playing);
    const swaps = () => app.events.filter((event) => event.type === 'swap' && event.stage === 'playing').length;
    const before = swaps();
    await app.write('deck/1/load', 'perlin', 'now');
    await app.is('playing what was loaded', () => swaps() > before);
    assert.equal(app.bpm, 130);
    assert.equal(hut.state.bpm, 130);
    await inSync(app, hut, context);
  });

  for (const bpm of [20, 999]) {
    it(`TEMPO-4: stays in sync at ${bpm} BPM`, async (context) => {
      const hut = await openHut(context, ' a');
      const app = await openApp(context);
      await connected(app, hut);
      await hut.setTempo(bpm);
      await app.is(`at ${bpm} BPM`, (state) => state.bpm === bpm);
      await inSync(app, hut, context);
    });
  }

  it('TEMPO-5: Link does not change the tempo where there is no session to join', async (context) => {
    const app = await openApp(context, { bpm: 111 });
    const began = monotonicClock.now();
    await app.is('on its own for three seconds', () => monotonicClock.now() - began > 3_000_000);
    assert.equal(app.bpm, 111);
    await app.write('bpm', 87);
    const hut = await openHut(context, 'a');
    await connected(app, hut);
    assert.equal(app.bpm, 87);
    await hut.is('at 87 BPM', ({ bpm }) => bpm === 87);
    await hut.press('a');
    await app.is('on its own again', ({ leader }) => leader === 'internal');
    assert.equal(app.bpm, 87);
  });

  it('BEATTIME-1: Link does not move the beat where there is no session to join', async (context) => {
    const app = await openApp(context, { bpm: 111 });
    const began = monotonicClock.now();
    await app.is('on its own for three seconds', () => monotonicClock.now() - began > 3_000_000);
    assert.equal(app.leader, 'internal');
    assert.ok(app.longestJump(app.timelines.length - 1) < 100);
    assert.equal(app.timelines.filter(({ told }) => told > began + 100_000).length, 0);
  });

  it('BEATTIME-2: the beat does not move when somebody joins, nor when he leaves', async (context) => {
    const app = await openApp(context, { bpm: 104 });
    const began = monotonicClock.now();
    await app.is('on its own for three seconds', () => monotonicClock.now() - began > 3_000_000);
    const alone = app.timelines.length;
    const hut = await openHut(context, 'a');
    await connected(app, hut);
    await inSync(app, hut, context);
    await hut.press('a');
    await app.is('on its own again', ({ leader }) => leader === 'internal');
    const jump = app.longestJump(alone);
    context.diagnostic(`the beat moved by ${Math.round(jump)} µs at most`);
    assert.ok(jump < 3_000, `the beat jumped by ${jump} µs`);
    assert.equal(app.bpm, 104);
    assert.ok(app.playing);
  });

  it('STARTSTOPSTATE-1: listens to start and stop of others', async (context) => {
    const app = await openApp(context, { sync: 'link', bpm: 240 });
    assert.equal(app.playing, false);
    const hut = await openHut(context, 'as');
    await connected(app, hut);
    assert.equal(app.playing, false);
    await hut.press(' ');
    await app.is('playing', ({ playing }) => playing);
    const start = app.events.findLast((event) => event.type === 'transport');
    assert.equal(start?.beat, 0);
    await inSync(app, hut, context);
    await hut.press(' ');
    await app.is('stopped', ({ playing }) => !playing);
  });

  it('STARTSTOPSTATE-2: sends start and stop to others', async (context) => {
    const hut = await openHut(context, 'as ');
    await hut.is('playing', ({ playing }) => playing);
    const app = await openApp(context, { sync: 'link', bpm: 240 });
    await connected(app, hut);
    assert.equal(app.playing, false);
    await app.write('start');
    await app.is('playing', ({ playing }) => playing);
    assert.ok(hut.state.playing);
    await inSync(app, hut, context);
    await app.write('stop');
    await app.is('stopped', ({ playing }) => !playing);
    await hut.is('stopped', ({ playing }) => !playing);
    await app.write('start');
    await hut.is('playing', ({ playing }) => playing);
    await app.is('playing', ({ playing }) => playing);
    await inSync(app, hut, context);
  });

  it('AUDIOENGINE-1: what is sent is sent on the beat of all', async (context) => {
    const listener = createSocket('udp4');
    context.after(() => listener.close());
    listener.bind(0, '127.0.0.1');
    await once(listener, 'listening');
    const peer = await LinkPeer.join(network, { bpm: 150 });
    context.after(() => peer.leave());
    const arrivals: { readonly beat: Beats; readonly micros: Micros }[] = [];
    listener.on('message', (datagram) => {
      const micros = monotonicClock.now();
      const packet = decode(datagram) as { readonly address: string; readonly args: readonly { readonly value: number }[] };
      if (packet.address === '/continuo/clock') arrivals.push({ beat: packet.args[0].value, micros });
    });
    const destinations = [{ name: 'ear', port: listener.address().port, delivery: 'when-due' }];
    const app = await openApp(context, { transports: { oscquery: false, osc: { listen: { port: 0 }, destinations } } });
    await app.is('led by Link', ({ leader }) => leader === 'link');
    arrivals.length = 0;
    await until('thirty beats have been sent', () => arrivals.length >= 30, () => arrivals.length, 30_000);
    const errors = arrivals.map(({ micros }) => apart(peer.beatAt(micros), 0, 1, 150));
    const typical = median(errors);
    context.diagnostic(`beats arrive ${(typical / 1000).toFixed(3)} ms beside the session's (median), ${(Math.max(...errors) / 1000).toFixed(3)} ms at most`);
    assert.ok(typical < 3_000, `${typical} µs`);
  });
});
