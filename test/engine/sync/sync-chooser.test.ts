import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settleMicros } from '../../../src/engine/sync/sync-chooser.js';
import { stage } from './chooser-stage.js';
import { FakeHost } from './fakes.js';

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
