import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SimulatedStage, type Work } from '../../../bench/support/simulated-stage.js';
import { nextBoundary } from '../../../src/engine/deck/boundary.js';
import { NumberedVoices } from './numbered-voices.js';

const bpm = 300;
const beatMicros = 60_000_000 / bpm;
/** A newcomer takes a beat and a half at this tempo to hear its past and to write two beats. */
const primeMicros = 200_000;
const beatCost = 50_000;
const readyBeats = (primeMicros + 2 * beatCost) / beatMicros;

const costOf = ({ method, beats }: Work): number => (method === 'prime' ? primeMicros : beats * beatCost);

it('a cued pack takes the first bar line that it can be ready for, wherever in a fast bar it is asked for', async () => {
  const voices = new NumberedVoices();
  const stage = new SimulatedStage(voices, bpm, costOf);
  const arrivals: number[] = [];
  stage.parameters.onEvent((event) => {
    if (event.type === 'swap' && event.stage === 'ready') arrivals.push(event.atBeat ?? Number.NaN);
  });
  await stage.start('1');
  for (let place = 0; place < 16; place += 1) {
    const pack = String(2 + (place % 2));
    await stage.playDuring(stage.parameters.write('deck/1/cue', [pack], 'test'));
    await stage.playUntil(Math.ceil(stage.beat / 4) * 4 + 4 + place / 4);
    const asked = stage.beat;
    await stage.playDuring(stage.parameters.write('deck/1/load', [pack, 'bar'], 'test'));
    const atBeat = arrivals.at(-1) ?? assert.fail();
    assert.ok(Math.abs(atBeat % 4) < 1e-9, `${atBeat} is a bar line`);
    assert.ok(atBeat <= nextBoundary(asked + readyBeats * 1.6, 'bar', 4), `asked for at beat ${asked}, it took over at ${atBeat}`);
    await stage.playUntil(atBeat + 1);
  }
  assert.deepEqual([stage.deck.realTime.missedTicks, stage.deck.underruns], [0, 0]);
  await stage.end();
  assert.equal(stage.recorder.hanging, 0);
});
