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
