import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settleMicros } from '../../../src/engine/sync/sync-chooser.js';
import { stage } from './chooser-stage.js';
import { FakeHost } from './fakes.js';

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

  it('stays stopped by the performer whoever takes the lead, until somebody starts anew', () => {
    for (const restart of ['performer', 'host']) {
      for (const way of ['lost', 'chosen']) {
        const { chooser, hosts, pass, said } = stage();
        hosts.best.does('start', 0);
        hosts.good.does('start', 30);
        pass(5_000_000);
        chooser.stop();
        if (way === 'lost') hosts.best.listener?.lost();
        else for (const name of ['internal', 'good']) chooser.choose(name);
        assert.equal(chooser.leader, 'good');
        assert.ok(!chooser.playing, way);
        said();
        if (restart === 'host') hosts.good.does('continue', 50);
        else chooser.continue();
        assert.equal(said().at(-1), `continue ${restart === 'host' ? 50 : 40}`);
      }
    }
  });

  it('stays stopped where a host that was asked to stop is left for one that plays', () => {
    const { chooser, clock, hosts, pass } = stage();
    const session = new FakeHost('session', clock, true);
    chooser.register(Object.assign(session, { proposeTransport: () => (session.does('stop', 8), true) }));
    chooser.choose('session');
    session.does('start', 0);
    hosts.good.does('start', 0);
    pass(4_000_000);
    chooser.stop();
    assert.ok(!chooser.playing);
    chooser.choose('good');
    assert.ok(!chooser.playing);
  });

  it('does not launch what has been started or stopped before, nor where a host was named', () => {
    const stopped = stage();
    stopped.chooser.start();
    stopped.chooser.stop();
    stopped.chooser.launch();
    assert.ok(!stopped.chooser.playing);
    const neverStarted = stage();
    neverStarted.chooser.stop();
    neverStarted.chooser.launch();
    assert.ok(!neverStarted.chooser.playing);
    const byHost = stage();
    byHost.hosts.good.does('start', 0);
    byHost.hosts.good.does('stop', 4);
    byHost.hosts.good.listener?.lost();
    byHost.chooser.launch();
    assert.ok(!byHost.chooser.playing);
    const named = stage();
    named.chooser.choose('best');
    named.chooser.launch();
    assert.ok(!named.chooser.playing);
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
