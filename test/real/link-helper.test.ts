import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { apart, LinkPeer, type LinkPeerOptions } from './support/link-peer.js';
import { until } from './support/until.js';

describe('the Link helper', { skip: skipWithoutLink() }, () => {
  let network: LinkNetwork;
  // One each: who dies without a goodbye is a ghost in the session for seconds.
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  async function joined(context: TestContext, options: LinkPeerOptions = {}): Promise<LinkPeer> {
    const peer = await LinkPeer.join(network, options);
    context.after(() => peer.leave());
    return peer;
  }

  async function alone(context: TestContext, options: LinkPeerOptions = {}): Promise<LinkPeer> {
    const peer = LinkPeer.start(network, options);
    context.after(() => peer.leave());
    await peer.is('there', () => true);
    return peer;
  }

  async function refusal(peer: LinkPeer, line: string): Promise<string> {
    const before = peer.said.length;
    peer.say(line);
    const found = () => peer.said.slice(before).find((message) => message.type === 'refused');
    await until(`"${line}" is refused`, () => found() !== undefined);
    return found()?.sentence ?? '';
  }

  it('greets with its protocol, and is in no session until it is told', async (context) => {
    const peer = await alone(context, { bpm: 97 });
    assert.deepEqual(peer.said[0], { type: 'hello', protocol: 1 });
    assert.deepEqual([peer.state.enabled, peer.state.peers, peer.state.bpm], [false, 0, 97]);
  });

  it('tells times of the clock that Node reads', async (context) => {
    const peer = await alone(context);
    const asked = Math.floor(monotonicClock.now());
    const heard = peer.said.length;
    peer.say('quantum 3');
    await until('it answers', () => peer.said.length > heard && peer.state.quantum === 3);
    const { micros } = peer.state;
    assert.ok(micros >= asked && micros <= monotonicClock.now(), `${micros - asked} µs after it was asked`);
  });

  it('puts a beat on a time while nobody else is there', async (context) => {
    const peer = await alone(context);
    const micros = Math.round(monotonicClock.now()) + 1_000_000;
    peer.say(`align 150 17.25 ${micros}`);
    await peer.is('at 150 BPM', ({ bpm }) => bpm === 150);
    assert.ok(Math.abs(peer.beatAt(micros) - 17.25) < 1e-4, `beat ${peer.beatAt(micros)}`);
  });

  it('refuses what it does not know, and says why', async (context) => {
    const peer = await alone(context);
    assert.match(await refusal(peer, 'dance'), /unknown word/);
    assert.match(await refusal(peer, 'tempo fast'), /tempo/);
    assert.match(await refusal(peer, 'tempo 1000'), /20 to 999/);
    assert.match(await refusal(peer, 'tempo nan'), /20 to 999/);
    assert.match(await refusal(peer, 'quantum 0'), /quantum/);
    assert.match(await refusal(peer, 'sync maybe'), /on or off/);
    assert.match(await refusal(peer, 'start'), /time/);
    assert.match(await refusal(peer, 'tempo 120 now'), /too many words/);
    assert.equal(peer.state.bpm, 120);
  });

  it('survives a flood of bytes without a line, and obeys the next', async (context) => {
    const peer = await alone(context);
    peer.say('x'.repeat(100_000));
    peer.say('tempo 133');
    await peer.is('at 133 BPM', ({ bpm }) => bpm === 133);
  });

  it('joins without changing the tempo of a session, and takes up its phase', async (context) => {
    const first = await joined(context, { bpm: 133 });
    const began = monotonicClock.now();
    await until('the session is a second old', () => monotonicClock.now() - began > 1_000_000);
    const second = await joined(context, { bpm: 90 });
    await Promise.all([first, second].map((peer) => peer.is('in company', ({ peers }) => peers === 1)));
    await second.is('at the tempo of the session', ({ bpm }) => Math.abs(bpm - 133) < 0.01);
    assert.equal(first.state.bpm, 133);
    const now = monotonicClock.now();
    assert.ok(apart(first.beatAt(now), second.beatAt(now), 4, 133) < 300);
  });

  it('refuses to move the beat of others, unless it is to force them', async (context) => {
    const first = await joined(context);
    const second = await joined(context);
    await Promise.all([first, second].map((peer) => peer.is('in company', ({ peers }) => peers === 1)));
    const now = Math.round(monotonicClock.now());
    const beat = first.beatAt(now) + 1.5;
    assert.match(await refusal(second, `align 100 ${beat} ${now}`), /peers/);
    assert.equal(first.state.bpm, 120);
    second.say(`force 100 ${beat} ${now}`);
    await first.is('at 100 BPM', ({ bpm }) => Math.abs(bpm - 100) < 0.01);
    const later = monotonicClock.now();
    assert.ok(apart(first.beatAt(later), second.beatAt(later), 4, 100) < 300);
    assert.ok(apart(second.beatAt(now), beat, 4, 100) < 300);
  });

  it('says goodbye when its input ends, so that nobody waits for it', async (context) => {
    const first = await joined(context);
    const second = await LinkPeer.join(network);
    await first.is('in company', ({ peers }) => peers === 1);
    assert.equal(await second.leave(), 0);
    await first.is('alone', ({ peers }) => peers === 0, 2_000);
  });

  it('leaves Ctrl-C to the engine', async (context) => {
    const peer = await alone(context);
    process.kill(peer.pid as number, 'SIGINT');
    peer.say('tempo 111');
    await peer.is('at 111 BPM', ({ bpm }) => bpm === 111);
  });
});
