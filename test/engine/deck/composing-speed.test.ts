import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ComposingSpeed } from '../../../src/engine/deck/composing-speed.js';

it('tells how many beats are composed while one is played, once it has seen enough', () => {
  const speed = new ComposingSpeed();
  assert.equal(speed.timesRealTime(500_000), 0);
  speed.add({ fromBeat: 4, untilBeat: 4, micros: 9_999_999 });
  for (let beat = 0; beat < 8; beat += 2) {
    assert.equal(speed.measured, false);
    speed.add({ fromBeat: beat, untilBeat: beat + 2, micros: 200_000 });
    speed.add({ fromBeat: beat, untilBeat: beat + 0.5, micros: 75_000 });
  }
  assert.equal(speed.measured, true);
  assert.equal(speed.meanMicrosPerBeat, 110_000);
  assert.equal(speed.timesRealTime(550_000), 5);
});

it('forgets what was composed more than 64 beats ago, in whatever spans, but the last eight', () => {
  for (const beats of [0.5, 1, 4, 16]) {
    const speed = new ComposingSpeed();
    const span = (micros: number) => ({ fromBeat: 0, untilBeat: beats, micros: micros * beats });
    for (let count = 0; count < 100; count += 1) speed.add(span(100_000));
    const needed = Math.min(64, Math.max(8, 64 / beats));
    for (let count = 1; count < needed; count += 1) speed.add(span(300_000));
    assert.ok(speed.meanMicrosPerBeat > 200_000 && speed.meanMicrosPerBeat < 300_000);
    speed.add(span(300_000));
    assert.equal(speed.meanMicrosPerBeat, 300_000);
  }
});
