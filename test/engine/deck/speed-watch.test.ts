import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noLink } from '../../../src/engine/contracts/link-figures.js';
import { SpeedWatch } from '../../../src/engine/deck/speed-watch.js';

const ground = { pack: 'far', beatMicros: 500_000, commit: 1 };

/** Spans of a beat each. */
function fed(...micros: number[]): SpeedWatch {
  const watch = new SpeedWatch();
  micros.forEach((each, beat) => watch.add({ fromBeat: beat, untilBeat: beat + 1, micros: each }, each));
  return watch;
}

const often = (count: number, micros: number): number[] => new Array<number>(count).fill(micros);

describe('the real-time law', () => {
  it('says nothing before it has seen enough, or while it is kept', () => {
    assert.equal(fed(...often(7, 900_000)).warning(ground), undefined);
    assert.equal(fed(...often(40, 300_000)).warning(ground), undefined);
  });

  it('tells once that a tempo cannot be held, and which can', () => {
    const watch = fed(...often(10, 600_000));
    assert.match(watch.warning(ground) ?? '', /far cannot hold this tempo .* play at 90 BPM or below/);
    assert.equal(watch.warning(ground), undefined);
  });

  it('asks further ahead where answers take longer than what is committed lasts, and tells so once', () => {
    const spans = [...often(36, 100_000), ...often(4, 1_200_000)];
    const watch = fed(...spans);
    assert.equal(watch.pace(ground.beatMicros).isSafe, false);
    assert.ok(watch.answerBeats(ground.beatMicros) > 1.25 && watch.answerBeats(ground.beatMicros) <= 1.5);
    assert.match(watch.warning(ground) ?? '', /far takes up to 0\.7 s to answer a change .* heard after 1\.5 beats, not after the 1 that commit says/);
    assert.equal(watch.warning(ground), undefined);
    assert.equal(fed(...spans).warning({ ...ground, commit: 8 }), undefined);
  });

  it('finds the pace of another tempo at once', () => {
    const watch = fed(...often(20, 240_000));
    assert.deepEqual([watch.pace(500_000).aheadTicks, watch.pace(250_000).aheadTicks], [2, 4]);
    assert.deepEqual([watch.answerBeats(500_000), watch.answerBeats(250_000)], [0.48, 0.96]);
    assert.equal(watch.warning(ground), undefined);
  });

  it('lets a deck rest as long as its speed wants, once that is known', () => {
    assert.equal(fed(...often(7, 600_000)).restBeats(500_000, 8, 1), 1);
    assert.equal(fed(...often(8, 600_000)).restBeats(500_000, 8, 1), 2);
  });

  it('forgives one late beat in many', () => {
    assert.equal(fed(...often(39, 100_000), 3_000_000).warning(ground), undefined);
  });

  it('learns nothing from a span of no length: who waited for a turn in vain', () => {
    const watch = new SpeedWatch();
    const link = { ...noLink, trips: 3 };
    for (let beat = 0; beat < 8; beat += 1) watch.add({ fromBeat: beat, untilBeat: beat + 1, micros: 600_000, contextTokens: 512, link }, 600_000);
    const figures = (): readonly unknown[] => [watch.measured, watch.timesRealTime(500_000), watch.answerMicros(500_000), watch.restBeats(500_000, 8, 1), watch.link];
    const before = figures();
    watch.add({ fromBeat: 8, untilBeat: 8, micros: 0 }, 5_000_000);
    assert.deepEqual(figures(), before);
    watch.add({ fromBeat: 8, untilBeat: 9, micros: 600_000, contextTokens: 512, link }, 600_000);
    assert.deepEqual(figures(), before);
    watch.add({ fromBeat: 9, untilBeat: 10, micros: 300_000, contextTokens: 256, link }, 300_000);
    assert.equal(watch.measured, false);
  });

  it('keeps the figures of the last span that came over a link', () => {
    const watch = new SpeedWatch();
    assert.equal(watch.link, noLink);
    const link = { ...noLink, trips: 3, medianMilliseconds: 4 };
    watch.add({ fromBeat: 0, untilBeat: 1, micros: 1, link }, 1);
    assert.equal(watch.link, link);
  });
});
