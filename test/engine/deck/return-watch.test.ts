import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReturnWatch } from '../../../src/engine/deck/return-watch.js';
import type { EngineEvent } from '../../../src/engine/events.js';

function watched() {
  const events: EngineEvent[] = [];
  const signals: AbortSignal[] = [];
  let comeBack: () => void = () => undefined;
  let fail: (cause: Error) => void = () => undefined;
  const awaitReturn = (signal: AbortSignal): Promise<void> => {
    signals.push(signal);
    return new Promise((resolve, reject) => {
      comeBack = resolve;
      fail = reject;
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  const watch = new ReturnWatch((event) => events.push(event));
  return { watch, voice: { pack: 'far', awaitReturn }, events, signals, comeBack: () => comeBack(), fail: (cause: Error) => fail(cause) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what a voice computed on', () => {
  it('is said to be back, once', async () => {
    const { watch, voice, events, signals, comeBack } = watched();
    watch.start(voice);
    watch.start(voice);
    assert.equal(signals.length, 1);
    comeBack();
    await settled();
    assert.deepEqual(events, [{ type: 'notice', sentence: 'What far computes on is back: load far again to play with it.' }]);
  });

  it('is not waited for any more when the pack has been loaded again or the deck is gone', async () => {
    for (const end of ['stop', 'dispose'] as const) {
      const { watch, voice, events, signals } = watched();
      watch.start(voice);
      watch[end]('far');
      await settled();
      assert.ok(signals[0].aborted);
      assert.deepEqual(events, []);
    }
  });

  it('is said to be lost for good when it cannot be waited for', async () => {
    const { watch, voice, events, fail } = watched();
    watch.start(voice);
    fail(new Error('no way leads to it'));
    await settled();
    assert.match(JSON.stringify(events), /Nobody waits for what far computes on any more: no way leads to it/);
  });

  it('is not waited for where it cannot come back', () => {
    const { watch, events } = watched();
    watch.start({ pack: 'near' });
    assert.deepEqual(events, []);
  });
});
