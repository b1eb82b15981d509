import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PortWatch, type WatchedPort } from '../../../src/transports/midi/port-watch.js';

const looksInTenSeconds = 20;

/** A watch over one port of a device that is there, and opens by what `came` says. */
function stage(context: TestContext, came: WatchedPort['came']) {
  let outputs: readonly string[] = ['Synth:1 24:0'];
  const gone: string[] = [];
  const port: WatchedPort = { direction: 'outputs', wish: { device: 'Synth' }, open: undefined, gone: (name) => gone.push(name), came };
  const watch = new PortWatch([port], { names: () => ({ inputs: [], outputs }), ties: () => undefined, close: () => undefined }, undefined);
  context.after(() => watch.close());
  return { port, watch, gone, plug: (...names: readonly string[]) => (outputs = names) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a port that is there and does not open', () => {
  it('is tried again until it opens, and then no more', async (context) => {
    for (const isLater of [false, true]) {
      const tries: boolean[] = [];
      const { watch, port, gone } = stage(context, (_name, again) => {
        tries.push(again);
        const opens = tries.length === 3;
        return isLater ? Promise.resolve(opens) : opens;
      });
      for (let looks = 0; looks < looksInTenSeconds; looks += 1) {
        watch.look();
        await settled();
      }
      assert.deepEqual(tries, [false, true, true]);
      assert.equal(port.open, 'Synth:1 24:0');
      assert.deepEqual(gone, []);
    }
  });

  it('is tried less and less often, every ten seconds in the end', (context) => {
    const tries: number[] = [];
    let looks = 0;
    const { watch } = stage(context, () => {
      tries.push(looks);
      return false;
    });
    for (; looks < 100; looks += 1) watch.look();
    assert.deepEqual(tries, [0, 1, 3, 7, 15, 31, 51, 71, 91]);
  });

  it('is tried at once where its device was away meanwhile', (context) => {
    const tries: boolean[] = [];
    const { watch, plug } = stage(context, (_name, again) => {
      tries.push(again);
      return false;
    });
    for (let looks = 0; looks < 40; looks += 1) watch.look();
    tries.length = 0;
    plug();
    watch.look();
    plug('Synth:1 28:0');
    watch.look();
    assert.deepEqual(tries, [false]);
  });

  it('is closed by what is told of the latest try alone', async (context) => {
    const answers: ((opened: boolean) => void)[] = [];
    const { watch, port, plug, gone } = stage(context, () => new Promise<boolean>((resolve) => answers.push(resolve)));
    watch.look();
    plug();
    watch.look();
    plug('Synth:1 28:0');
    watch.look();
    answers[0](false);
    await settled();
    assert.equal(port.open, 'Synth:1 28:0');
    answers[1](true);
    await settled();
    assert.equal(port.open, 'Synth:1 28:0');
    assert.deepEqual(gone, ['Synth:1 24:0']);
  });
});
