import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SimulatedStage, type Work } from '../../../bench/support/simulated-stage.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { Voice, VoiceSource } from '../../../src/engine/deck/voice.js';

const voices: VoiceSource = {
  fallback: undefined,
  open: async ({ pack }): Promise<Voice> => {
    const composer = new NullComposer();
    await composer.prepare();
    return { pack, composer, sampling: {} };
  },
};

interface Play {
  readonly bpm?: number;
  readonly beats?: number;
  readonly commit?: number;
  /** Changes come every so many sixteenths; 0 is never. */
  readonly interval?: number;
  readonly costOf: (work: Work) => number;
}

/** What came of a set with a composer of the given speed. */
async function played({ bpm = 120, beats = 64, commit = 0.25, interval = 1, costOf }: Play) {
  const stage = new SimulatedStage(voices, bpm, costOf);
  await stage.parameters.write('commit', [commit], 'test');
  await stage.start('fake');
  await stage.playUntil(beats, (tick) => {
    if (interval > 0 && tick % interval === 0) stage.deck.revise();
  });
  const { realTime, underruns } = stage.deck;
  await stage.end();
  const { late, droppedLate } = stage.sender.counters();
  return { ...realTime, underruns, late, droppedLate, hanging: stage.recorder.hanging, onsets: stage.recorder.score().notes.map((note) => note.beat), sentences: stage.sentences };
}

/** So many milliseconds a beat, and some for the way. */
const speed = (millisecondsPerBeat: number, way = 2) => ({ beats, begins, method }: Work): number =>
  method === 'compose' ? 1000 * ((begins ? way : 0) + millisecondsPerBeat * beats) : 1000;

describe('the real-time law on a deck', () => {
  it('is kept by a composer that answers within a sixteenth: every change is heard in the next', async () => {
    for (const bpm of [120, 180, 300]) {
      const { inTimeWeighted, staleness, pace, missedTicks } = await played({ bpm, costOf: speed(40) });
      assert.equal(missedTicks, 0);
      // All but the first, which is asked for by what was measured as the pack loaded.
      assert.ok(staleness * 256 <= 2 && inTimeWeighted > 0.9995, `${staleness} at ${bpm}`);
      assert.deepEqual(pace, { intervalTicks: 1, lengthTicks: 2, aheadTicks: 1, isSafe: true });
    }
  });

  it('is measured as the pack loads: the first change is already asked for far enough ahead', async () => {
    const stage = new SimulatedStage(voices, 120, speed(200, 100));
    await stage.start('fake');
    const { pace, answerMilliseconds } = stage.deck.realTime;
    assert.ok(pace.aheadTicks >= 2 && answerMilliseconds > 125, JSON.stringify(pace));
    await stage.end();
  });

  it('asks further ahead, and less often, where answers take longer than a sixteenth: no sixteenth is empty', async () => {
    const { inTime, staleness, pace, underruns, sentences } = await played({ costOf: speed(60, 160) });
    assert.deepEqual([inTime, underruns], [1, 0]);
    assert.ok(pace.intervalTicks >= 2 && pace.aheadTicks >= 2, JSON.stringify(pace));
    assert.ok(staleness > 0.5 && staleness < 4, String(staleness));
    assert.equal(sentences.filter((sentence) => /fake takes up to 0\.\d s to answer a change .* heard after 0\.5 beats, not after the 0\.25 that commit says/.test(sentence)).length, 1, sentences.join());
  });

  it('lets what a late answer replaces play on until it is there', async () => {
    let answers = 0;
    const { inTime, staleness, underruns, late } = await played({
      costOf: (work) => (work.method === 'compose' && work.begins && (answers += 1) % 60 === 0 ? 700_000 : speed(30)(work)),
    });
    assert.deepEqual([inTime, underruns, late], [1, 0, 0]);
    assert.ok(staleness > 0 && staleness < 2, String(staleness));
  });

  it('hears a knob that never rests: no answer is given up for the next', async () => {
    const { inTime, staleness } = await played({ interval: 1, costOf: (work) => speed(90, 30)(work) });
    assert.equal(inTime, 1);
    assert.ok(staleness < 1, String(staleness));
  });

  it('needs no more than the mean where nothing is changed', async () => {
    let spans = 0;
    const { inTime, sentences } = await played({
      commit: 1,
      interval: 0,
      costOf: ({ beats, begins, method }) => (method === 'compose' ? 1000 * beats * ((spans += begins ? 1 : 0) % 8 === 0 ? 1800 : 180) : 0),
    });
    assert.equal(inTime, 1);
    assert.ok(!sentences.some((sentence) => sentence.includes('cannot hold')), sentences.join());
  });

  it('rests where the tempo cannot be held, and is never late', async () => {
    const { inTime, underruns, late, droppedLate, hanging, onsets, sentences } = await played({ bpm: 300, beats: 128, interval: 0, commit: 1, costOf: speed(250, 0) });
    assert.ok(underruns > 1 && inTime < 1);
    assert.deepEqual([late, droppedLate, hanging], [0, 0, 0]);
    // Four fifths of real time: it plays about as much as it can write, a phrase at a time.
    assert.ok(inTime > 0.6, String(inTime));
    assert.ok(onsets.length > 70 && underruns < 16, `${onsets.length} onsets, ${underruns} rests`);
    assert.equal(sentences.filter((sentence) => /fake cannot hold this tempo .* play at 218 BPM or below/.test(sentence)).length, 1, sentences.join());
  });

  it('degrades by rest, not by lateness, at 300 BPM under a knob that never rests', async () => {
    // A beat lasts 200 ms: the first is just quick enough if it is asked for enough at a time, the others cannot hold the tempo.
    for (const [millisecondsPerBeat, leastInTime] of [[180, 0.9], [230, 0.6], [260, 0.4]]) {
      const { inTime, late, droppedLate, hanging, onsets } = await played({ bpm: 300, beats: 96, costOf: speed(millisecondsPerBeat, 20) });
      assert.deepEqual([late, droppedLate, hanging], [0, 0, 0], `${millisecondsPerBeat} ms a beat`);
      assert.equal(new Set(onsets).size, onsets.length, 'no onset plays twice');
      assert.ok(inTime > leastInTime && inTime < 1, `${inTime} of the sixteenths at ${millisecondsPerBeat} ms a beat`);
    }
  });

  it('is never broken by lateness, whatever a composer takes and however often something changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 5 }),
        fc.constantFrom(90, 120, 300),
        async (milliseconds, interval, bpm) => {
          let request = 0;
          const { late, droppedLate, hanging, onsets } = await played({
            bpm,
            beats: 24,
            interval,
            costOf: ({ begins }) => (begins ? 1000 * milliseconds[(request += 1) % milliseconds.length] : 0),
          });
          assert.deepEqual([late, droppedLate, hanging], [0, 0, 0]);
          assert.equal(new Set(onsets).size, onsets.length, 'no onset plays twice');
        },
      ),
      { numRuns: 15 },
    );
  });
});
