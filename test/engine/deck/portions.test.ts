import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Portions } from '../../../src/engine/deck/portions.js';
import { SpeedWatch } from '../../../src/engine/deck/speed-watch.js';

const beatMicros = 500_000;

/** A voice so slow that an answer to a wish is eight beats long. */
function slowVoice(): SpeedWatch {
  const speed = new SpeedWatch();
  for (let beat = 0; beat < 16; beat += 1) speed.add({ fromBeat: beat, untilBeat: beat + 4, micros: 1_600_000 }, 2_000_000);
  assert.equal(speed.pace(beatMicros).lengthTicks, 32);
  return speed;
}

const now = 16;

/** Up to where is composed that is written up to `written`, where nothing may be written beyond `end`. */
function next({ written, horizon, end = Infinity, areAsked = true }: { written: number; horizon: number; end?: number; areAsked?: boolean }): number | undefined {
  const speed = slowVoice();
  const portions = new Portions({
    position: { playing: true, beatMicros, beat: () => now },
    ahead: { writtenUntil: written, reach: (beats) => beats },
    steering: { horizonFrom: () => horizon, portionFrom: (beat) => Math.floor(beat) + 1 },
    modes: { limit: (beats) => Math.min(now + beats, end), reach: (untilBeat) => Math.min(untilBeat, end) },
    wishes: { areAsked, areDue: () => false },
    speed: () => speed,
    settings: () => ({ horizon, commit: 1, beatsPerBar: 4 }),
  });
  return portions.next(now);
}

describe('what is composed at a time', () => {
  it('is as much as an answer is long, where there is room for it', () => {
    assert.equal(next({ written: 18, horizon: 12 }), 26);
  });

  it('is as much of an answer as there is room for, at once, and a beat at least', () => {
    assert.deepEqual([next({ written: 18, horizon: 8 }), next({ written: 18, horizon: 2 }), next({ written: 18, horizon: 2.5 })], [24, 19, 19]);
  });

  it('never reaches beyond the end of what may be played', () => {
    assert.deepEqual([next({ written: 18, horizon: 16, end: 20 }), next({ written: 19.5, horizon: 2, end: 20 }), next({ written: 20, horizon: 16, end: 20 })], [20, 20, undefined]);
  });

  it('reaches up to the end of what may be played, though that lies on no beat, and not a hair further', () => {
    const upTo = (written: number): number | undefined => next({ written, horizon: 16, end: 20.37, areAsked: false });
    assert.deepEqual([upTo(19), upTo(20), upTo(20.37), upTo(20.37 - 1e-9)], [20, 20.37, undefined, undefined]);
    assert.equal(next({ written: 20.37 - 1e-9, horizon: 16, end: 20.37 }), undefined);
  });

  it('is a beat where nobody waits for it, and nothing where enough is there', () => {
    assert.deepEqual([next({ written: 18, horizon: 8, areAsked: false }), next({ written: 24, horizon: 8, areAsked: false })], [19, undefined]);
  });
});
