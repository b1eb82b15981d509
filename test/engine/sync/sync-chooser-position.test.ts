import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { settleMicros } from '../../../src/engine/sync/sync-chooser.js';
import { stage } from './chooser-stage.js';
import { FakeHost } from './fakes.js';

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

  it('moves by whole bars only, where a leader counts bars of its own or of the session', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(1, 3, 3.5, 4, 7), fc.boolean(), (theirs, quantum, asTheSession) => {
        const { internal, chooser, clock, pass, beat } = stage(undefined, quantum);
        const session = Object.assign(new FakeHost('session', clock), { quantum: asTheSession ? 'bar' as const : quantum });
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

  it('stays stopped, and where the performer took it, for a host that was lost while it played and is heard again', () => {
    for (const choice of ['auto', 'good']) {
      for (const restarts of [false, true]) {
        const { chooser, hosts, pass, beat, said, clock } = stage();
        chooser.choose(choice);
        hosts.good.does('start', 0);
        const came = clock.now();
        pass(3_000_000);
        hosts.good.listener?.lost();
        chooser.stop();
        if (restarts) chooser.start();
        const stopped = beat();
        const since = clock.now();
        pass(2_000_000);
        said();
        hosts.good.says((clock.now() - came) / 500_000);
        pass(settleMicros);
        assert.equal(chooser.leader, 'good');
        assert.equal(chooser.playing, restarts);
        assert.ok(Math.abs(beat() - (stopped + (clock.now() - since) / 500_000)) <= 0.5001, `${choice}: at ${beat()}, stopped at ${stopped}`);
        assert.deepEqual(said().filter((line) => /^(start|continue|locate|stop)/.test(line)), []);
        hosts.good.does('continue', 20);
        assert.ok(chooser.playing);
        assert.equal(beat(), 20);
      }
    }
  });

  it('is where it was beside a host that was lost while it played and counted on', () => {
    const { chooser, hosts, pass, beat, said } = stage();
    hosts.good.does('start', 0);
    pass(3_000_000);
    hosts.good.listener?.lost();
    pass(5_000_000);
    hosts.good.says(16);
    pass(settleMicros);
    assert.equal(chooser.leader, 'good');
    assert.ok(Math.abs(beat() - 18) < 1e-9);
    said();
    hosts.good.does('stop', 18);
    assert.deepEqual(said(), ['stop 18']);
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
