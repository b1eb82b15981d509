import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ContinuoError } from '../../../src/engine/errors.js';
import { LinkHelper } from '../../../src/transports/link/link-helper.js';
import { FakeAlarms } from './support/fake-alarms.js';
import { until } from '../support/within.js';

const hello = 'echo \'{"type":"hello","protocol":1}\'';

/** A helper whose place a few words of shell take, with alarms that ring when told. */
function stage(context: TestContext, shell: string) {
  const alarms = new FakeAlarms();
  const faults: ContinuoError[] = [];
  const seen = { gone: 0, greeted: 0, states: 0 };
  const helper = new LinkHelper(
    ['sh', '-c', shell],
    () => {
      seen.greeted += 1;
      return ['first', 'second'];
    },
    { state: () => (seen.states += 1), gone: () => (seen.gone += 1), fault: (error) => faults.push(error) },
    alarms.alarm,
  );
  context.after(async () => {
    const closed = helper.close();
    alarms.ring(1_000_000);
    await closed;
  });
  return { helper, alarms, faults, seen };
}

describe('LinkHelper', () => {
  it('tells a helper that starts what it must know, in order', async (context) => {
    const { helper, faults, seen } = stage(context, `${hello}; read a; read b; echo "$a, then $b" >&2; exit 3`);
    await helper.open();
    await until('it has ended', () => seen.gone === 1);
    assert.match(faults[0].message, /\(first, then second\)/);
  });

  it('starts it again after longer and longer pauses, and says so once', async (context) => {
    const { helper, alarms, faults, seen } = stage(context, `${hello}; read a; exit 1`);
    await helper.open();
    const pauses = [250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 8_000_000];
    for (const [index, pause] of pauses.entries()) {
      await until('it has ended', () => seen.gone === index + 1);
      assert.ok(alarms.has(pause), `no pause of ${pause}`);
      alarms.ring(pause);
      await until('it is back', () => seen.greeted === index + 2);
    }
    assert.equal(faults.length, 1);
    assert.match(faults[0].message, /has ended with code 1\. The tempo is kept, and it is started again\.$/);
  });

  it('says it again when it had been well for a while', async (context) => {
    const { helper, alarms, faults, seen } = stage(context, `${hello}; read a; read b; read c; exit 1`);
    await helper.open();
    helper.say('end');
    await until('the first end', () => faults.length === 1);
    alarms.ring(250_000);
    await until('it is back', () => seen.greeted === 2);
    alarms.ring(10_000_000);
    helper.say('end');
    await until('the second end is told', () => faults.length === 2);
    assert.ok(alarms.has(250_000), 'the pause is short again');
  });

  it('ends one that has fallen silent, after a second look', async (context) => {
    const { helper, alarms, faults, seen } = stage(context, `${hello}; exec cat >/dev/null`);
    await helper.open();
    alarms.ring(2_000_000);
    assert.equal(seen.gone, 0);
    alarms.ring(250_000);
    assert.equal(seen.gone, 1);
    assert.match(faults[0].message, /has fallen silent/);
  });

  it('passes over lines that are none of the protocol', async (context) => {
    const { helper, seen } = stage(context, `echo noise; ${hello}; echo '{"type":"state"}'; echo more noise; exec cat >/dev/null`);
    await helper.open();
    assert.equal(seen.states, 0);
    assert.equal(seen.gone, 0);
  });

  it('tells once what is refused again and again', async (context) => {
    const refused = `echo '{"type":"refused","sentence":"there are peers"}'`;
    const other = `echo '{"type":"refused","sentence":"too many words"}'`;
    const { helper, faults, seen } = stage(context, `${hello}; read a; ${refused}; ${refused}; ${other}; exec cat >/dev/null`);
    await helper.open();
    await until('both are told', () => faults.length === 2);
    assert.match(faults[0].message, /helper sh has refused what it was told: there are peers\.$/);
    assert.match(faults[1].message, /too many words/);
    assert.equal(seen.gone, 0);
  });

  it('ends one that does not want to', async (context) => {
    const { helper, alarms } = stage(context, `trap '' TERM; ${hello}; while true; do sleep 1; done`);
    await helper.open();
    const closed = helper.close();
    alarms.ring(1_000_000);
    await closed;
  });

  it('says nothing of an end that was wanted', async (context) => {
    const { helper, faults, seen } = stage(context, `${hello}; exec cat >/dev/null`);
    await helper.open();
    await helper.close();
    await helper.close();
    helper.say('anybody there?');
    assert.deepEqual([faults.length, seen.gone], [0, 0]);
  });
});
