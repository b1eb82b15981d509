import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import type { TransportContext } from '../../src/engine/contracts/transport.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { linkOptionsSchema } from '../../src/transports/link/options.js';
import { LinkTransport } from '../../src/transports/link/link-transport.js';
import { transportContract } from '../engine/contracts/transport-contract.js';
import { LinkEngine } from './support/link-engine.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { apart, LinkPeer, type LinkPeerOptions } from './support/link-peer.js';
import { until } from './support/until.js';

const skip = skipWithoutLink();

describe('the Link wire', { skip }, () => {
  let network: LinkNetwork;
  // One each: who dies without a goodbye is a ghost in the session for seconds.
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  if (skip === false) {
    for (const role of ['follow', 'lead']) {
      transportContract(`LinkTransport that is to ${role}`, () => {
        const options = linkOptionsSchema.parse({ enabled: true, role, helper: [...network.helper] });
        const context: TransportContext = { options, clock: monotonicClock, packs: () => [] };
        return new LinkTransport(context);
      });
    }
  }

  async function play(context: TestContext, configuration: object = {}, link: object = {}): Promise<LinkEngine> {
    const engine = await LinkEngine.start(network, configuration, link);
    context.after(() => engine.stop());
    return engine;
  }

  async function join(context: TestContext, options: LinkPeerOptions = {}): Promise<LinkPeer> {
    const peer = await LinkPeer.join(network, options);
    context.after(() => peer.leave());
    return peer;
  }

  async function passed(milliseconds: number): Promise<void> {
    const began = monotonicClock.now();
    await until('time has passed', () => monotonicClock.now() - began > milliseconds * 1000);
  }

  /** The process of the engine's helper: that of our children which is a helper and not this peer's. */
  function helperBeside(peer: LinkPeer): number {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
    const helpers = children.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('continuo-link'));
    const [helper, ...others] = helpers.filter((pid) => pid !== peer.pid);
    assert.deepEqual(others, []);
    return helper;
  }

  it('keeps time when the helper crashes, says so once, and is back in the session', async (context) => {
    const peer = await join(context, { bpm: 126 });
    await passed(1_000);
    const engine = await play(context, { bpm: 90 });
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    const from = engine.timelines.length;
    const faults = () => engine.events.flatMap((event) => (event.type === 'error' && event.origin === 'link' ? [event.sentence] : []));
    for (let crash = 0; crash < 2; crash += 1) {
      process.kill(helperBeside(peer), 'SIGKILL');
      await engine.is('on its own', ({ leader }) => leader === 'internal');
      assert.equal(engine.bpm, 126);
      await engine.is('led by Link again', ({ leader }) => leader === 'link');
    }
    assert.equal(faults().length, 1, faults().join('; '));
    assert.match(faults()[0], /^The Ableton Link helper .* has ended with SIGKILL\. The tempo is kept, and it is started again\.$/);
    await peer.is('in company', ({ peers }) => peers === 1);
    assert.equal(peer.state.bpm, 126);
    const jump = engine.longestJump(from);
    context.diagnostic(`the beat moved by ${Math.round(jump)} µs at most`);
    assert.ok(jump < 3_000, `the beat jumped by ${jump} µs`);
    const now = monotonicClock.now();
    assert.ok(apart(engine.beatAt(now), peer.beatAt(now), 4, 126) < 1_000);
  });

  it('does without a helper that hangs', async (context) => {
    const peer = await join(context, { bpm: 126 });
    const engine = await play(context);
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    const helper = helperBeside(peer);
    process.kill(helper, 'SIGSTOP');
    await engine.is('on its own', ({ leader }) => leader === 'internal');
    await engine.is('led by Link again', ({ leader }) => leader === 'link', 30_000);
    assert.notEqual(helperBeside(peer), helper);
  });

  it('keeps the last tempo and beat when the peers leave, and takes up its own tempo again', async (context) => {
    const peer = await LinkPeer.join(network, { bpm: 126 });
    await passed(1_000);
    const engine = await play(context, { bpm: 90 });
    await engine.is('led by Link', ({ leader, bpm }) => leader === 'link' && bpm === 126);
    const from = engine.timelines.length;
    await peer.leave();
    await engine.is('on its own', ({ leader }) => leader === 'internal');
    assert.equal(engine.bpm, 126);
    await engine.write('bpm', 80);
    assert.equal(engine.bpm, 80);
    const jump = engine.longestJump(from);
    assert.ok(jump < 3_000, `the beat jumped by ${jump} µs`);
  });

  it('plays as soon as it is up, on the bar of a session that nobody starts, and starts nobody', async () => {
    for (const startStop of [true, false]) {
      const peer = await LinkPeer.join(network, { bpm: 126, startStop });
      await passed(1_000);
      const engine = await LinkEngine.start(network, { bpm: 90, sync: 'auto' });
      await engine.is('playing', ({ playing }) => playing);
      await engine.is('led by Link', ({ leader, bpm }) => leader === 'link' && bpm === 126);
      const now = monotonicClock.now();
      assert.ok(apart(engine.beatAt(now), peer.beatAt(now), 4, 126) < 1_000, 'on its bar');
      await passed(600);
      assert.equal(peer.state.playing, false);
      await engine.stop();
      await peer.leave();
    }
  });

  it('begins again with a session that starts, and ends with it, though it played before', async (context) => {
    const peer = await join(context, { bpm: 126 });
    await passed(1_000);
    const engine = await play(context, { bpm: 90, sync: 'auto' });
    await engine.is('playing in the lead of Link', ({ playing, leader }) => playing && leader === 'link');
    await passed(2_500);
    const changes = () => engine.events.flatMap((event) => (event.type === 'transport' ? [event] : []));
    const before = changes().length;
    peer.press('start');
    await engine.is('told of a start', () => changes().length > before);
    assert.deepEqual(changes().slice(before).map(({ playing, beat }) => [playing, beat]), [[true, 0]]);
    await passed(2_100);
    const now = monotonicClock.now();
    assert.ok(apart(engine.beatAt(now), peer.beatAt(now), 4, 126) < 1_000, 'on its bar');
    peer.press('stop');
    await engine.is('stopped', ({ playing }) => !playing);
    assert.equal(engine.leader, 'link');
  });

  it('brings those who join to its own tempo, beat and bar', async (context) => {
    const engine = await play(context, { bpm: 93 });
    await passed(3_000);
    await engine.write('bpm', 77);
    await passed(600);
    const peer = await join(context, { bpm: 150 });
    await peer.is('at the tempo of Continuo', ({ bpm, peers }) => Math.abs(bpm - 77) < 0.01 && peers === 1);
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    const now = monotonicClock.now();
    const error = apart(engine.beatAt(now), peer.beatAt(now), 4, 77);
    assert.ok(error < 1_000, `${error} µs beside the peer`);
  });

  it('comes to the bar of a session by half a bar at most', async (context) => {
    const peer = await join(context, { bpm: 120 });
    await passed(1_500);
    const engine = await play(context, { bpm: 120, sync: 'internal' });
    assert.ok(engine.playing);
    const from = engine.timelines.length;
    await engine.write('sync', 'auto');
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    const now = monotonicClock.now();
    assert.ok(apart(engine.beatAt(now), peer.beatAt(now), 4, 120) < 1_000);
    assert.ok(engine.longestJump(from) <= 1_001_000);
  });

  it('counts the bars that Continuo counts, and can be told another quantum', async (context) => {
    const peer = await join(context, { quantum: 3 });
    await passed(1_000);
    const engine = await play(context);
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    await engine.write('beats-per-bar', 3);
    const aside = () => apart(engine.beatAt(monotonicClock.now()), peer.beatAt(monotonicClock.now()), 3, 120);
    await engine.is('in the bar of three', () => aside() < 1_000);
    await engine.write('beats-per-bar', 5);
    await engine.stop();
    const fixed = await play(context, {}, { quantum: 3 });
    await fixed.is('led by Link', ({ leader }) => leader === 'link');
    await fixed.write('beats-per-bar', 5);
    await passed(500);
    const now = monotonicClock.now();
    assert.ok(apart(fixed.beatAt(now), peer.beatAt(now), 3, 120) < 1_000);
  });

  it('leaves a session playing when Continuo ends', async (context) => {
    const peer = await join(context, { bpm: 240 });
    const engine = await LinkEngine.start(network, { sync: 'link' });
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    await engine.write('start');
    await peer.is('playing', ({ playing }) => playing);
    await engine.is('playing', ({ playing }) => playing);
    await engine.stop();
    await peer.is('alone', ({ peers }) => peers === 0);
    assert.ok(peer.state.playing);
  });

  it('leads everybody by tempo, beat, start and stop where it is to lead', async (context) => {
    const peer = await join(context, { bpm: 150 });
    await passed(1_500);
    const engine = await play(context, { bpm: 104 }, { role: 'lead' });
    const follows = async (bpm: number): Promise<void> => {
      await peer.is(`at ${bpm} BPM`, (state) => Math.abs(state.bpm - bpm) < 0.02);
      const aside = () => apart(engine.beatAt(monotonicClock.now()), peer.beatAt(monotonicClock.now()), 4, bpm);
      await engine.is('in the bar of its peer', () => aside() < 2_000);
    };
    await follows(104);
    await peer.is('playing', ({ playing }) => playing);
    await engine.write('bpm', 88);
    await follows(88);
    peer.say('tempo 120');
    await peer.is('at 120 BPM', ({ bpm }) => Math.abs(bpm - 120) < 0.02);
    await follows(88);
    assert.equal(engine.leader, 'internal');
    assert.equal(engine.bpm, 88);
    await engine.write('stop');
    await peer.is('stopped', ({ playing }) => !playing);
  });
});
