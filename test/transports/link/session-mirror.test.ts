import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { disposable } from '../../../src/engine/disposable.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';
import type { LinkState } from '../../../src/transports/link/helper-message.js';
import type { LinkSession, SessionListener } from '../../../src/transports/link/link-session.js';
import { SessionMirror } from '../../../src/transports/link/session-mirror.js';
import { fakeAlarms } from '../../engine/sync/fakes.js';

/** A session whose peers the test plays; it says four times a second where it is. */
class FakeSession {
  readonly startStop = true;
  peers = 0;
  state: LinkState | undefined;
  readonly aligned: number[] = [];
  timeline: Timeline;
  private listener: SessionListener = {};

  constructor(private readonly clock: VirtualClock) {
    this.timeline = { bpm: 120, beatOrigin: 0, timeOrigin: clock.now() };
  }

  get hasPeers(): boolean {
    return this.peers > 0;
  }

  onChange(listener: SessionListener) {
    this.listener = listener;
    return disposable(() => (this.listener = {}));
  }

  join(): void {}

  setQuantum(): void {}

  remember(): void {}

  /** As the helper, which refuses it while there are peers. */
  align(timeline: Timeline): void {
    if (this.hasPeers) return;
    this.timeline = timeline;
    this.aligned.push(timeline.bpm);
  }

  speak(): void {
    const micros = this.clock.now();
    this.state = { type: 'state', micros, bpm: this.timeline.bpm, beat: beatAt(this.timeline, micros), quantum: 4, peers: this.peers, enabled: true, playing: false, changedMicros: 0 };
    this.listener.state?.(this.state);
  }
}

function stage() {
  const clock = new VirtualClock(10_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const session = new FakeSession(clock);
  const mirror = new SessionMirror(session as unknown as LinkSession, clock, { leads: false, followsBars: true, alarm });
  mirror.attach(new ParameterStore());
  return {
    clock,
    session,
    turns: (count: number) => {
      for (let turn = 0; turn < count; turn += 1) {
        pass(250_000);
        session.speak();
      }
    },
    turnsTempo: (bpm: number) => (session.timeline = withTempo(session.timeline, bpm, clock.now())),
  };
}

describe('SessionMirror', () => {
  it('brings a session that the last peer has left back to its own tempo, though its own clock is steady', () => {
    const { clock, session, turns, turnsTempo } = stage();
    turns(12);
    session.peers = 1;
    turnsTempo(140);
    turns(40);
    assert.equal(session.timeline.bpm, 140);
    session.peers = 0;
    turns(7);
    assert.equal(session.timeline.bpm, 140, 'who has gone may come back');
    turns(3);
    assert.equal(session.timeline.bpm, 120);
    assert.ok(Math.abs(beatAt(session.timeline, clock.now()) - (clock.now() - 10_000_000) / 500_000) < 1e-6);
  });

  it('waits again where a peer comes back, changes the tempo and is gone once more', () => {
    const { session, turns, turnsTempo } = stage();
    turns(12);
    for (const bpm of [140, 150]) {
      session.peers = 1;
      turnsTempo(bpm);
      turns(12);
      session.peers = 0;
      turns(3);
    }
    turns(4);
    assert.equal(session.timeline.bpm, 150);
    turns(3);
    assert.equal(session.timeline.bpm, 120);
  });

  it('tells a session that agrees nothing', () => {
    const { session, turns } = stage();
    turns(60);
    assert.deepEqual(session.aligned, [120]);
  });
});
