import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { SyncChooser, settleMicros } from '../../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { fakeAlarms, FakeHost } from './fakes.js';

function stage(order = ['best', 'good']) {
  const clock = new VirtualClock(50_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const heard: string[] = [];
  let timeline: Timeline | undefined;
  const internal = new InternalSource(clock);
  const chooser = new SyncChooser(
    clock,
    internal,
    {
      leader: (name) => heard.push(`leader ${name}`),
      timeline: (told) => {
        timeline = told;
        heard.push(`timeline ${told.bpm}`);
      },
      transport: ({ type, beat }) => heard.push(`${type} ${beat}`),
    },
    { order, alarm },
  );
  const hosts = { best: new FakeHost('best', clock), good: new FakeHost('good', clock), other: new FakeHost('other', clock) };
  const registrations = { other: chooser.register(hosts.other), good: chooser.register(hosts.good), best: chooser.register(hosts.best) };
  const beat = () => beatAt(chooser.timeline, clock.now());
  const said = () => heard.splice(0);
  return { clock, pass, chooser, internal, hosts, registrations, beat, said, told: () => timeline };
}

describe('SyncChooser: who leads', () => {
  it('is led by the internal source while nobody else is heard', () => {
    const { chooser, said } = stage();
    assert.equal(chooser.leader, 'internal');
    assert.equal(chooser.timeline.bpm, 120);
    assert.deepEqual(said(), []);
    assert.deepEqual(chooser.names, ['internal', 'other', 'good', 'best']);
  });

  it('gives the lead to a host that has been heard for a while, not before', () => {
    const { chooser, hosts, pass, said } = stage();
    hosts.good.says(0.2, 100);
    pass(settleMicros - 1);
    assert.equal(chooser.leader, 'internal');
    pass(1);
    assert.equal(chooser.leader, 'good');
    assert.deepEqual(said(), ['leader good', 'timeline 100']);
  });

  it('prefers by the stated order, then by order of registration, however they come', () => {
    const { chooser, hosts, pass } = stage();
    for (const [host, leader] of [['other', 'other'], ['good', 'good'], ['best', 'best']] as const) {
      hosts[host].says(0);
      pass(settleMicros);
      assert.equal(chooser.leader, leader);
    }
    hosts.other.says(3);
    pass(settleMicros * 3);
    assert.equal(chooser.leader, 'best');
  });

  it('gives the lead at once to a better host that starts', () => {
    const { chooser, hosts, beat, said } = stage();
    hosts.good.says(17, 90);
    hosts.good.does('start', 0);
    assert.equal(chooser.leader, 'good');
    assert.equal(beat(), 0);
    assert.deepEqual(said(), ['leader good', 'timeline 120', 'start 0']);
  });

  it('ignores the transport and tempo of everybody but the leader', () => {
    const { chooser, hosts, pass, said } = stage();
    hosts.best.says(0);
    pass(settleMicros);
    said();
    hosts.good.does('start', 0);
    hosts.good.says(5, 77);
    hosts.good.does('stop', 5);
    pass(settleMicros * 2);
    chooser.proposeTempo(50);
    assert.deepEqual(said(), []);
  });

  it('hands over at once when the leader is lost, and lets it wait when it comes back', () => {
    const { chooser, hosts, pass } = stage();
    hosts.good.says(0);
    pass(settleMicros);
    hosts.good.listener?.lost();
    assert.equal(chooser.leader, 'internal');
    hosts.good.says(9);
    assert.equal(chooser.leader, 'internal');
    pass(settleMicros);
    assert.equal(chooser.leader, 'good');
  });

  it('keeps to a source that was chosen by name, and to its tempo when it is lost', () => {
    const { chooser, hosts, pass, beat } = stage();
    chooser.choose('other');
    assert.equal(chooser.leader, 'internal');
    hosts.best.does('start', 0);
    assert.equal(chooser.leader, 'internal');
    hosts.other.says(0.5, 140);
    assert.equal(chooser.leader, 'other');
    const before = beat();
    hosts.other.listener?.lost();
    pass(60_000_000);
    assert.equal(chooser.leader, 'other');
    assert.ok(Math.abs(beat() - before - 140) < 1e-6);
    chooser.choose('auto');
    assert.equal(chooser.leader, 'best');
  });

  it('lets a lost leader that was chosen by name be led by hand', () => {
    const { chooser, hosts, beat } = stage();
    chooser.choose('other');
    hosts.other.says(2, 140);
    assert.equal(chooser.proposeTempo(100), false);
    hosts.other.listener?.lost();
    const before = beat();
    assert.equal(chooser.proposeTempo(100), true);
    assert.equal(chooser.timeline.bpm, 100);
    assert.equal(beat(), before);
  });

  it('goes back to the internal source when it is chosen', () => {
    const { chooser, hosts, pass } = stage();
    hosts.best.says(0, 90);
    pass(settleMicros);
    chooser.choose('internal');
    assert.equal(chooser.leader, 'internal');
    assert.equal(chooser.timeline.bpm, 90);
    assert.ok(chooser.proposeTempo(95));
    assert.equal(chooser.timeline.bpm, 95);
  });

  it('replaces a leader that is taken away, and hears it no more', () => {
    const { chooser, hosts, registrations, pass, said } = stage();
    hosts.best.says(0);
    hosts.good.says(0);
    pass(settleMicros);
    registrations.best.dispose();
    registrations.best.dispose();
    assert.equal(chooser.leader, 'good');
    assert.equal(hosts.best.listener, undefined);
    said();
    hosts.best.does('start', 0);
    assert.deepEqual(said(), []);
    assert.deepEqual(chooser.names, ['internal', 'other', 'good']);
  });

  it('refuses two sources of one name', () => {
    const { chooser, clock } = stage();
    assert.throws(() => chooser.register(new FakeHost('good', clock)), { errorName: 'badConfiguration' });
  });
});

describe('SyncChooser: where the music is', () => {
  it('moves by half a beat at most for a host that is stopped, into its beat', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 500, noNaN: true }), fc.integer({ min: 20, max: 300 }), (theirs, bpm) => {
        const { chooser, internal, hosts, pass, beat, clock } = stage();
        internal.startPlaying();
        pass(7_777_777);
        hosts.good.says(theirs, bpm);
        pass(settleMicros - 1);
        const before = beat();
        pass(1);
        assert.equal(chooser.leader, 'good');
        assert.ok(Math.abs(beat() - before) <= 0.5001);
        const hostBeat = theirs + (settleMicros * bpm) / 60_000_000;
        const apart = beat() - hostBeat;
        assert.ok(Math.abs(apart - Math.round(apart)) < 1e-6);
        assert.ok(chooser.playing);
        assert.equal(chooser.timeline.bpm, bpm);
        assert.ok(clock.now() > 0);
      }),
    );
  });

  it('moves by whole bars only, where a leader has a bar in common with others', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(1, 3, 3.5, 4, 7), (theirs, quantum) => {
        const { internal, chooser, clock, pass, beat } = stage();
        const session = Object.assign(new FakeHost('session', clock), { quantum });
        chooser.register(session);
        internal.startPlaying();
        pass(7_777_777);
        session.says(theirs);
        pass(settleMicros - 1);
        const before = beat();
        pass(1);
        assert.ok(Math.abs(beat() - before) <= quantum / 2 + 1e-4);
        const bars = (beat() - theirs - settleMicros / 500_000) / quantum;
        assert.ok(Math.abs(bars - Math.round(bars)) < 1e-6, `${bars} bars apart`);
      }),
    );
  });

  it('keeps its whole beats apart from a stopped leader until that starts', () => {
    const { hosts, internal, pass, beat, said } = stage();
    internal.startPlaying();
    pass(20_005_000);
    hosts.good.says(0);
    pass(settleMicros);
    assert.equal(Math.round(beat()), 42);
    hosts.good.says(2);
    assert.equal(Math.round(beat()), 42);
    said();
    hosts.good.does('start', 0);
    assert.equal(beat(), 0);
    assert.equal(said().at(-1), 'start 0');
  });

  it('goes to the song position of a host that plays, and says so', () => {
    const { internal, hosts, pass, beat, said } = stage();
    internal.startPlaying();
    pass(20_005_000);
    hosts.good.says(0);
    pass(settleMicros);
    hosts.best.says(100);
    hosts.good.does('start', 0);
    hosts.best.listener?.transport({ type: 'locate', beat: 100, micros: 0 });
    said();
    hosts.best.does('continue', 100);
    assert.equal(beat(), 100);
    assert.deepEqual(said(), ['leader best', 'timeline 120', 'continue 100']);
  });

  it('is told as a locate when a playing host takes over by its rank', () => {
    const { chooser, internal, hosts, pass, said } = stage();
    chooser.choose('internal');
    internal.startPlaying();
    hosts.best.does('continue', 64);
    pass(settleMicros);
    said();
    chooser.choose('auto');
    assert.deepEqual(said(), ['leader best', 'timeline 120', 'locate 66']);
  });

  it('starts with a playing host that takes over while nothing plays', () => {
    const { chooser, hosts, pass, said } = stage();
    chooser.choose('internal');
    hosts.best.does('continue', 64);
    pass(settleMicros);
    chooser.choose('best');
    assert.deepEqual(said(), ['leader best', 'timeline 120', 'continue 66']);
    assert.ok(chooser.playing);
  });

  it('does not stop for a stopped host that takes over, and stops when it stops', () => {
    const { chooser, internal, hosts, pass, said } = stage();
    internal.startPlaying();
    pass(1_005_000);
    hosts.best.says(0);
    pass(settleMicros);
    assert.ok(chooser.playing);
    said();
    hosts.best.listener?.transport({ type: 'stop', beat: 2, micros: 0 });
    assert.deepEqual(said(), ['stop 4']);
    assert.ok(!chooser.playing);
  });

  it('keeps tempo, position and playing when the leader is lost', () => {
    const { chooser, internal, hosts, pass, beat } = stage();
    hosts.good.says(0);
    hosts.good.does('start', 0);
    hosts.good.says(0, 97);
    pass(3_000_000);
    const before = beat();
    hosts.good.listener?.lost();
    assert.equal(chooser.leader, 'internal');
    assert.equal(beat(), before);
    assert.equal(chooser.timeline.bpm, 97);
    assert.ok(chooser.playing && internal.playing);
    pass(60_000_000);
    assert.ok(Math.abs(beat() - before - 97) < 1e-6);
  });

  it('continues from where a lost leader had stopped', () => {
    const { chooser, internal, hosts, pass, said } = stage();
    hosts.good.says(0);
    hosts.good.does('start', 0);
    pass(2_000_000);
    hosts.good.does('stop', 4);
    hosts.good.listener?.lost();
    said();
    internal.continuePlaying();
    assert.equal(said().at(-1), 'continue 4');
    assert.equal(chooser.leader, 'internal');
  });

  it('never jumps at a handover to the internal source, whatever was played', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('start', 'continue', 'stop', 'locate', 'says'), fc.double({ min: 0, max: 99, noNaN: true }), fc.integer({ min: 0, max: 3_000_000 })), { maxLength: 20 }), (acts) => {
        const { hosts, pass, beat, chooser } = stage();
        hosts.good.says(0);
        for (const [act, at, after] of acts) {
          if (act === 'says') hosts.good.says(at, 60 + at);
          else hosts.good.does(act, at);
          pass(after);
        }
        const before = beat();
        const { playing } = chooser;
        hosts.good.listener?.lost();
        assert.ok(Math.abs(beat() - before) < 1e-9);
        assert.equal(chooser.playing, playing);
      }),
    );
  });
});

describe('SyncChooser: the performer', () => {
  it('starts, stops and continues the internal source', () => {
    const { chooser, pass, said } = stage();
    chooser.start();
    pass(1_005_000);
    chooser.stop();
    chooser.continue();
    assert.deepEqual(said().filter((line) => !line.startsWith('timeline')), ['start 0', 'stop 2', 'continue 2']);
  });

  it('joins in and drops out where a host leads that has no transport, without moving its beat', () => {
    const { chooser, hosts, pass, said, beat } = stage();
    hosts.best.says(0);
    pass(settleMicros);
    said();
    const before = beat();
    chooser.start();
    chooser.start();
    assert.ok(chooser.playing);
    chooser.stop();
    assert.deepEqual(said(), [`continue ${before}`, `stop ${before}`]);
  });

  it('asks a host that can be asked, and waits until it does', () => {
    const { chooser, clock, pass, said } = stage();
    const session = new FakeHost('session', clock, true);
    const asked: string[] = [];
    const askable = Object.assign(session, { proposeTransport: (request: string) => asked.push(request) > 0 });
    chooser.register(askable);
    session.says(0);
    pass(settleMicros);
    said();
    chooser.start();
    chooser.continue();
    chooser.stop();
    assert.deepEqual(asked, ['start', 'continue', 'stop']);
    assert.deepEqual(said(), []);
    session.does('start', 0);
    chooser.halt();
    assert.deepEqual(asked.length, 3);
    assert.ok(!chooser.playing);
  });

  it('plays when it is launched where nobody is heard, and waits for a host whose start is sure to come', () => {
    const alone = stage();
    alone.chooser.launch();
    alone.chooser.launch();
    assert.deepEqual(alone.said().filter((line) => line.startsWith('start')), ['start 0']);
    const { chooser, hosts, pass } = stage();
    hosts.best.says(0);
    chooser.launch();
    assert.equal(chooser.leader, 'best');
    assert.ok(!chooser.playing);
    pass(settleMicros);
    hosts.best.does('start', 0);
    assert.ok(chooser.playing);
  });

  it('joins in when it is launched beside a host that may never start, though it was heard but now', () => {
    const { chooser, clock, said } = stage();
    const session = new FakeHost('session', clock, true);
    const asked: string[] = [];
    chooser.register(Object.assign(session, { proposeTransport: (request: string) => asked.push(request) > 0 }));
    session.says(0, 126);
    chooser.launch();
    session.does('start', 0);
    chooser.launch();
    assert.deepEqual(asked, ['join']);
    assert.equal(chooser.leader, 'session');
    assert.ok(said().includes('start 0'));
  });

  it('takes nobody for the leader at launch where another was chosen', () => {
    const { chooser, hosts } = stage();
    chooser.choose('internal');
    hosts.best.says(0);
    chooser.launch();
    assert.equal(chooser.leader, 'internal');
    assert.ok(chooser.playing);
  });

  it('starts and stops by itself where a host that can be asked refuses, or is lost', () => {
    const { chooser, clock, pass } = stage();
    let asked = 0;
    const session = Object.assign(new FakeHost('session', clock, true), { proposeTransport: () => ((asked += 1), false) });
    chooser.register(session);
    chooser.choose('session');
    session.says(0);
    pass(settleMicros);
    chooser.start();
    assert.ok(chooser.playing);
    session.listener?.lost();
    chooser.stop();
    assert.ok(!chooser.playing);
    assert.equal(asked, 1);
  });

  it('leads a source that can be led', () => {
    const { chooser, clock, pass } = stage();
    const session = new FakeHost('session', clock, true);
    chooser.register(session);
    session.says(0);
    pass(settleMicros);
    assert.equal(chooser.leader, 'session');
    assert.ok(chooser.proposeTempo(90));
  });
});
