import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import type { Beats, Bpm } from '../../src/engine/music/units.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { phase } from '../../src/engine/time/phase.js';
import { beatAt, timeAt } from '../../src/engine/time/timeline.js';
import { LinkSession, type LinkSessionOptions } from '../../src/transports/link/link-session.js';
import { LinkSyncSource } from '../../src/transports/link/link-sync-source.js';
import { RecordingListener, syncSourceContract, type HostPosition, type SyncHost } from '../engine/contracts/sync-source-contract.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { apart, LinkPeer } from './support/link-peer.js';
import { until } from './support/until.js';

const skip = skipWithoutLink();

/** A peer who leads the session that the source is in. A quantum of one beat spares the tests the count-in. */
class PeerHost implements SyncHost {
  private peer: LinkPeer | undefined;
  private origin = 0;

  private constructor(
    private readonly network: LinkNetwork,
    private readonly session: LinkSession,
    readonly source: LinkSyncSource,
  ) {}

  static async open(): Promise<PeerHost> {
    const network = await LinkNetwork.open();
    const session = new LinkSession({ command: network.helper, startStop: true, quantum: 1 });
    await session.open();
    session.join();
    const host = new PeerHost(network, session, new LinkSyncSource(session, monotonicClock));
    await host.company();
    return host;
  }

  async play(bpm: Bpm, beats: Beats): Promise<HostPosition> {
    const peer = await this.company();
    // Who plays goes on when the session is gone, and is then not started by others.
    if (this.session.state?.playing) await this.halt();
    peer.say(`tempo ${bpm}`);
    await this.hears((state) => Math.abs(state - bpm) < 0.02);
    peer.press('start');
    const { changedMicros } = await peer.is('playing', (state) => state.playing);
    this.origin = Math.ceil(peer.beatAt(changedMicros) - 1e-3);
    await until('the source has heard', () => this.session.state?.playing === true);
    return await this.passed(beats);
  }

  async playOn(bpm: Bpm, beats: Beats): Promise<HostPosition> {
    const peer = await this.company();
    peer.say(`tempo ${bpm}`);
    await this.hears((heard) => Math.abs(heard - bpm) < 0.02);
    return await this.passed(beats);
  }

  async halt(): Promise<void> {
    const peer = await this.company();
    peer.press('stop');
    await until('the source has heard', () => this.session.state?.playing === false);
  }

  async vanish(): Promise<void> {
    const { peer } = this;
    this.peer = undefined;
    await peer?.leave();
    await until('the source is alone', () => this.session.state?.peers === 0);
  }

  async dispose(): Promise<void> {
    await this.peer?.leave();
    await this.session.close();
    await this.network.close();
  }

  private async company(): Promise<LinkPeer> {
    this.peer ??= await LinkPeer.join(this.network, { quantum: 1 });
    await until('both know of each other', () => this.session.hasPeers && this.peer?.state.peers === 1);
    return this.peer;
  }

  private async hears(condition: (bpm: Bpm) => boolean): Promise<void> {
    await until('the source has heard the tempo', () => condition(this.session.state?.bpm ?? 0));
  }

  /** Waits for so many beats, and says where the peer then is. */
  private async passed(beats: Beats): Promise<HostPosition> {
    const peer = await this.company();
    const goal = peer.beatAt(monotonicClock.now()) + beats;
    await until(`${beats} beats have passed`, () => peer.beatAt(monotonicClock.now()) >= goal);
    const micros = monotonicClock.now();
    return { beat: peer.beatAt(micros) - this.origin, micros };
  }
}

if (skip === false) syncSourceContract('LinkSyncSource', () => PeerHost.open(), { canBeLed: true, phaseToleranceMicros: 1_000, bpmTolerance: 0.02 });

describe('LinkSyncSource', { skip }, () => {
  let network: LinkNetwork;
  // One each: who dies without a goodbye is a ghost in the session for seconds.
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  async function listening(context: TestContext, options: Partial<LinkSessionOptions> = {}): Promise<{ session: LinkSession; source: LinkSyncSource; listener: RecordingListener }> {
    const session = new LinkSession({ command: network.helper, startStop: true, quantum: 4, ...options });
    context.after(() => session.close());
    await session.open();
    session.join();
    const source = new LinkSyncSource(session, monotonicClock);
    const listener = new RecordingListener();
    source.start(listener);
    return { session, source, listener };
  }

  async function joined(context: TestContext, bpm: Bpm, quantum: Beats = 4): Promise<LinkPeer> {
    const peer = await LinkPeer.join(network, { bpm, quantum });
    context.after(() => peer.leave());
    return peer;
  }

  async function settled(peer: LinkPeer): Promise<void> {
    const began = peer.state.micros;
    await peer.is('in a session of some age', ({ micros }) => micros - began > 1_000_000);
  }

  it('says nothing while nobody else is there, and takes no tempo', async (context) => {
    const { session, source, listener } = await listening(context);
    await until('it is in a session', () => session.state?.enabled === true);
    const since = session.state?.micros ?? 0;
    await until('a while has passed', () => (session.state?.micros ?? 0) - since > 600_000);
    assert.deepEqual(listener.order, []);
    assert.equal(source.proposeTempo(150), false);
    assert.equal(source.proposeTransport('start'), false);
  });

  it('joins without changing the tempo of the session, and keeps phase with it', async (context) => {
    const peer = await joined(context, 133);
    await settled(peer);
    const { listener } = await listening(context);
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    await until('the tempo is known', () => listener.latest.bpm === 133);
    for (let look = 0; look < 20; look += 1) {
      const { micros } = peer.state;
      await peer.is('further', (state) => state.micros > micros);
      const now = monotonicClock.now();
      const error = apart(beatAt(listener.latest, now), peer.beatAt(now), 4, 133);
      assert.ok(error < 500, `${error} µs beside the peer`);
    }
    assert.equal(peer.state.bpm, 133);
  });

  it('sets the tempo for everybody, and does not waver until they have it', async (context) => {
    const peer = await joined(context, 120);
    const { source, listener } = await listening(context);
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    const told = listener.timelines.length;
    const asked = monotonicClock.now();
    assert.ok(source.proposeTempo(97.5));
    await peer.is('at 97.5 BPM', ({ bpm }) => Math.abs(bpm - 97.5) < 0.01);
    context.diagnostic(`the peer had the tempo after ${Math.round((monotonicClock.now() - asked) / 1000)} ms`);
    await settled(peer);
    assert.deepEqual([...new Set(listener.timelines.slice(told).map(({ bpm }) => bpm))], [97.5]);
  });

  for (const bpm of [20, 999]) {
    it(`stays in sync at ${bpm} BPM`, async (context) => {
      const peer = await joined(context, 120);
      const { listener } = await listening(context);
      await until('it follows', () => listener.timelines.length > 0);
      await peer.is('in company', ({ peers }) => peers === 1);
      peer.say(`tempo ${bpm}`);
      await until('the tempo is heard', () => listener.latest.bpm === bpm);
      await settled(peer);
      const now = monotonicClock.now();
      const error = apart(beatAt(listener.latest, now), peer.beatAt(now), 4, bpm);
      assert.ok(error < 1_000, `${error} µs beside the peer`);
    });
  }

  it('starts on the next bar line of all, whenever it was asked for', async (context) => {
    const peer = await joined(context, 300);
    const { listener } = await listening(context);
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    // Of two sessions as young as these either may be the one that stays.
    peer.say('tempo 300');
    await until('the tempo is heard', () => listener.latest.bpm === 300);
    await peer.is('in the middle of a bar', () => phase(peer.beatAt(monotonicClock.now()), 4) > 1);
    const asked = monotonicClock.now();
    peer.press('start');
    await until('it starts', () => listener.changes.length > 0);
    const [start] = listener.changes;
    assert.deepEqual([start.type, start.beat], ['start', 0]);
    const line = peer.beatAt(start.micros);
    assert.ok(apart(line, 0, 4, 300) < 1_000, `the peer is at ${line}`);
    assert.ok(start.micros > asked && start.micros - asked < 4 * 200_000);
    assert.ok(Math.abs(timeAt(listener.latest, 0) - start.micros) < 1_000);
  });

  it('starts and stops everybody who shares that', async (context) => {
    const peer = await joined(context, 300);
    const { source, listener } = await listening(context);
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    assert.ok(source.proposeTransport('start'));
    await peer.is('playing', ({ playing }) => playing);
    await until('it starts itself', () => listener.changes.at(-1)?.type === 'start');
    assert.ok(source.proposeTransport('stop'));
    await peer.is('stopped', ({ playing }) => !playing);
    await until('it stops itself', () => listener.changes.at(-1)?.type === 'stop');
    const held = listener.changes.at(-1)?.beat ?? 0;
    assert.ok(source.proposeTransport('continue'));
    await until('it goes on', () => listener.changes.at(-1)?.type === 'continue');
    assert.ok((listener.changes.at(-1)?.beat ?? 0) >= held);
    await peer.is('playing again', ({ playing }) => playing);
  });

  it('does not start because others play when it joins, and joins them on a bar line when asked', async (context) => {
    const peer = await joined(context, 300);
    peer.press('start');
    await settled(peer);
    const { source, listener } = await listening(context);
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    await settled(peer);
    assert.equal(listener.changes.length, 0);
    assert.ok(source.proposeTransport('start'));
    await until('it starts', () => listener.changes.length > 0);
    const [start] = listener.changes;
    assert.ok(apart(peer.beatAt(start.micros), 0, 4, 300) < 1_000);
    assert.ok(peer.state.playing);
  });

  it('keeps start and stop to itself where that is not shared', async (context) => {
    const peer = await joined(context, 300);
    const { source, listener } = await listening(context, { startStop: false });
    await until('it follows', () => listener.timelines.length > 0);
    await peer.is('in company', ({ peers }) => peers === 1);
    assert.ok(source.proposeTransport('start'));
    assert.equal(listener.changes.at(-1)?.type, 'start');
    assert.ok(source.proposeTransport('stop'));
    peer.press('start');
    await peer.is('playing', ({ playing }) => playing);
    await settled(peer);
    assert.deepEqual(listener.changes.map(({ type }) => type), ['start', 'stop']);
  });

  it('counts phase in the quantum it was given', async (context) => {
    const peer = await joined(context, 120, 7);
    await settled(peer);
    const { session, listener } = await listening(context, { quantum: 3 });
    await until('it follows', () => listener.timelines.length > 0);
    session.setQuantum(7);
    await until('the quantum is told', () => session.state?.quantum === 7);
    const now = monotonicClock.now();
    assert.ok(apart(beatAt(listener.latest, now), peer.beatAt(now), 7, 120) < 1_000);
  });
});
