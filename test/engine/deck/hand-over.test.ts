import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedStage, type Work } from '../../../bench/support/simulated-stage.js';
import { boundaries } from '../../../src/engine/parameters/boundaries.js';
import { beatsOf, numberedTake, NumberedVoices, range } from './numbered-voices.js';

const millisecond = 1000;

interface Stage {
  readonly voices: NumberedVoices;
  readonly stage: SimulatedStage;
  /** What each pack takes for its past, and for a beat; it can be set anew at any time. */
  readonly costs: Record<string, { prime: number; beat: number }>;
  readonly arrivals: readonly number[];
  load(pack: string, boundary: string): Promise<void>;
}

/** Pack 1 plays; packs take as long as is said, by the stage's own clock. */
async function stageWith(bpm: number): Promise<Stage> {
  const quick = { prime: millisecond, beat: millisecond };
  const costs: Stage['costs'] = { 1: { ...quick }, 2: { ...quick } };
  const costOf = ({ pack, method, beats }: Work): number => (method === 'prime' ? costs[pack].prime : beats * costs[pack].beat);
  const voices = new NumberedVoices();
  const stage = new SimulatedStage(voices, bpm, costOf);
  await stage.start('1');
  const arrivals: number[] = [];
  stage.parameters.onEvent((event) => {
    if (event.type === 'swap' && event.stage === 'ready') arrivals.push(event.atBeat ?? Number.NaN);
  });
  return { voices, stage, costs, arrivals, load: (pack, boundary) => stage.playDuring(stage.parameters.write('deck/1/load', [pack, boundary], 'test')) };
}

/** Every beat up to here has its note, and each note its end; no sixteenth was without music. */
async function playedWhole({ stage }: Stage, untilBeat: number, what: string): Promise<void> {
  await stage.playUntil(untilBeat - 0.5);
  assert.deepEqual([stage.deck.realTime.missedTicks, stage.deck.underruns], [0, 0], what);
  await stage.end();
  assert.deepEqual([...new Set(stage.recorder.score().notes.map(({ beat }) => Math.round(beat)))].sort((a, b) => a - b), range(0, untilBeat), what);
  assert.equal(stage.recorder.hanging, 0, what);
}

/** The newcomer began knowing every beat before its own. */
function heardAllBefore({ voices }: Stage, atBeat: number): void {
  const last = voices.composer('2').primed.at(-1) ?? assert.fail();
  assert.deepEqual([last.atBeat, last.history.notes.map(({ beat }) => beat)], [atBeat, range(0, atBeat)]);
}

describe('a boundary that changes hands', () => {
  it('is the first of the kind that is asked for, at once or on a beat, a bar or several: what goes plays up to it, what comes from it', async () => {
    const firsts = { 'now': 6, 'beat': 6, 'bar': 8, '2-bars': 8, '4-bars': 16, '8-bars': 32 };
    for (const boundary of boundaries) {
      const { offline, write } = await numberedTake();
      await offline.playUntil(5);
      await write('load', '2', boundary);
      await offline.playUntil(40);
      await offline.end();
      const { notes } = offline.recorder.score();
      const first = firsts[boundary];
      assert.deepEqual([beatsOf(notes, 1), beatsOf(notes, 2)], [range(0, first), range(first, 40)], boundary);
      assert.equal(offline.recorder.hanging, 0);
    }
  });

  it('has music on both sides, at whatever moment before it the newcomer is ready', async () => {
    for (const humanise of [0, 50]) {
      for (let left = -4; left <= 72; left += 4) {
        const set = await stageWith(120);
        const { stage, costs, arrivals, load } = set;
        await stage.parameters.write('deck/1/humanise-timing', [humanise], 'test');
        await stage.playUntil(8.25);
        // Asked for at beat 8.25, beat 10 is the first that is tried.
        costs[2].prime = (1.75 * 500 - left) * millisecond - 2 * costs[2].beat;
        const what = `ready ${left} ms before beat 10, humanised by ${humanise}`;
        await load('2', 'beat');
        if (left > 64) assert.deepEqual(arrivals, [10], what);
        await playedWhole(set, 20, what);
      }
    }
  });

  it('is left to the next where the newcomer might not go on before its head start is over', async () => {
    const set = await stageWith(120);
    const { stage, costs, arrivals } = set;
    await stage.playUntil(8.25);
    // Ready 50 ms before beat 12, after 900 ms for two beats; what comes next will take 1,150.
    costs[2] = { prime: 925 * millisecond, beat: 450 * millisecond };
    stage.parameters.onEvent((event) => {
      if (event.type === 'swap' && event.stage === 'ready') costs[2].beat = 1150 * millisecond;
    });
    const loaded = stage.parameters.write('deck/1/load', ['2', 'bar'], 'test');
    await stage.playUntil(28, () => {
      if (arrivals.length > 0 && stage.deck.plan.from(arrivals[0] + 2).notes.length > 0) costs[2].beat = millisecond;
    });
    await loaded;
    assert.deepEqual([arrivals.length, arrivals[0] > 12], [1, true]);
    await playedWhole(set, 32, 'a newcomer that was slow to go on');
  });

  it('is reached by the pack that goes, however much earlier the newcomer is ready', async () => {
    const set = await stageWith(300);
    const { stage, costs, arrivals, load } = set;
    costs[2].prime = 3000 * millisecond;
    await stage.playDuring(stage.parameters.write('deck/1/cue', ['2'], 'test'));
    costs[2].prime = millisecond;
    await stage.playUntil(40);
    await load('2', 'bar');
    // By what it took before, it is asked for beat 64; quicker than that, it takes the very next bar.
    assert.deepEqual(arrivals, [44]);
    heardAllBefore(set, 44);
    await playedWhole(set, 80, 'a newcomer quicker than it was');
  });

  it('is reached by the pack that goes, where that has little ahead', async () => {
    const set = await stageWith(120);
    const { stage, costs, arrivals, load } = set;
    await stage.playUntil(4);
    costs[1].beat = 1500 * millisecond;
    while (stage.deck.aheadBeats > 1.5) await stage.playUntil(stage.beat + 0.25);
    costs[1].beat = 400 * millisecond;
    await stage.playUntil(Math.ceil(stage.beat / 4) * 4 + 0.25);
    const nextBar = Math.ceil(stage.beat / 4) * 4;
    await load('2', 'bar');
    assert.deepEqual(arrivals, [nextBar]);
    heardAllBefore(set, nextBar);
    await playedWhole(set, 32, 'an old pack that was pressed');
  });

  it('is waited for where an answer begins while the newcomer gets ready', async () => {
    const set = await stageWith(120);
    const { stage, costs } = set;
    const write = (word: string, ...values: string[]): Promise<void> => stage.parameters.write(`deck/1/${word}`, values, 'test');
    await write('play-mode', 'answer');
    await stage.playUntil(16.1);
    costs[1].beat = 400 * millisecond;
    costs[2].prime = 690 * millisecond;
    const loaded = write('load', '2', 'bar');
    let isTold = false;
    await stage.playUntil(27.5, () => {
      if (stage.beat < 16.45 || isTold) return;
      isTold = true;
      void write('take-over', 'beat');
    });
    await loaded;
    await stage.end();
    const beats = [...new Set(stage.recorder.score().notes.map(({ beat }) => Math.round(beat)))].filter((beat) => beat > 16).sort((a, b) => a - b);
    assert.deepEqual(beats, range(beats[0], 28));
    assert.equal(stage.deck.underruns, 0);
  });
});
