import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { SyncChooser, settleMicros } from '../../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt } from '../../../src/engine/time/timeline.js';
import { fakeAlarms, FakeHost } from './fakes.js';

function stage(order: readonly string[]) {
  const clock = new VirtualClock(1_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const internal = new InternalSource(clock);
  const leaders: string[] = [];
  const displays: string[] = [];
  const listener = {
    leader: (name: string) => leaders.push(name),
    heard: (names: readonly string[]) => displays.push(names.join(' ')),
    timeline: () => undefined,
    transport: () => undefined,
  };
  const chooser = new SyncChooser(clock, internal, listener, { order, alarm });
  const hosts = { a: new FakeHost('a', clock), b: new FakeHost('b', clock), c: new FakeHost('c', clock) };
  const all = Object.values(hosts);
  const registrations = all.map((host) => chooser.register(host));
  return { clock, pass, chooser, hosts, all, leaders, displays, registrations };
}

describe('the stated order of sync sources', () => {
  it('is that of their registration where nobody says otherwise, and the internal one is last', () => {
    const { chooser, all, pass } = stage([]);
    all.forEach((host) => host.says(0));
    pass(settleMicros);
    assert.equal(chooser.leader, 'a');
    assert.deepEqual(chooser.wanted, ['a', 'b', 'c', 'internal']);
  });

  it('may name some: the others come after them', () => {
    const { chooser } = stage(['c']);
    assert.deepEqual(chooser.wanted, ['c', 'a', 'b', 'internal']);
  });

  it('may name one that is not there yet', () => {
    const { chooser, clock, pass } = stage(['late', 'b']);
    const late = new FakeHost('late', clock);
    chooser.register(late);
    late.says(0);
    pass(settleMicros);
    assert.equal(chooser.leader, 'late');
  });

  it('can be changed while it plays: who is heard long enough leads at once, and the music stays where it is', () => {
    const { chooser, all, pass, clock, leaders } = stage([]);
    all.forEach((host) => host.says(0));
    pass(settleMicros * 2);
    const before = beatAt(chooser.timeline, clock.now());
    chooser.prefer(['b', 'a']);
    assert.equal(chooser.leader, 'b');
    assert.ok(Math.abs(beatAt(chooser.timeline, clock.now()) - before) <= 0.5);
    chooser.prefer(['b']);
    assert.deepEqual(leaders, ['a', 'b']);
  });

  it('changes nothing where a leader is named', () => {
    const { chooser, all, pass } = stage([]);
    all.forEach((host) => host.says(0));
    chooser.choose('c');
    pass(settleMicros);
    chooser.prefer(['a']);
    assert.equal(chooser.leader, 'c');
  });

  it('lets the internal source go before those that are named after it', () => {
    const { chooser, all, pass } = stage(['c', 'internal']);
    hosts(all, 'a', 'b').forEach((host) => host.says(0));
    pass(settleMicros * 3);
    hosts(all, 'a')[0].does('start', 0);
    assert.equal(chooser.leader, 'internal');
    hosts(all, 'c')[0].says(0);
    pass(settleMicros);
    assert.equal(chooser.leader, 'c');
    chooser.choose('a');
    assert.equal(chooser.leader, 'a');
  });

  it('hands on to the next in the order when a leader is lost, and the tempo is kept', () => {
    const { chooser, all, pass } = stage(['b', 'c', 'a']);
    all.forEach((host) => host.says(0, 99));
    pass(settleMicros);
    const said = ['b', 'c', 'a'].map((name) => {
      const leader = chooser.leader;
      hosts(all, name)[0].listener?.lost();
      return leader;
    });
    assert.deepEqual(said, ['b', 'c', 'a']);
    assert.deepEqual([chooser.leader, chooser.timeline.bpm], ['internal', 99]);
  });

  it('is what the display of who is heard goes by', () => {
    const { chooser, all, displays, registrations } = stage(['b']);
    hosts(all, 'a')[0].says(0);
    hosts(all, 'a')[0].says(1);
    hosts(all, 'b')[0].says(0);
    chooser.prefer(['internal', 'a']);
    hosts(all, 'a')[0].listener?.lost();
    registrations[1].dispose();
    assert.deepEqual(displays, ['a internal', 'b a internal', 'internal a b', 'internal b', 'internal']);
  });
});

function hosts(all: readonly FakeHost[], ...names: readonly string[]): FakeHost[] {
  return all.filter(({ name }) => names.includes(name));
}
