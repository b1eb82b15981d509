import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openVoices } from '../../../../bench/support/open-voices.js';
import { barSignature } from '../../../../src/engine/deck/steering/loop-watch.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';
import { AskedComposer, stageOf, voicesOf, write } from './support.js';

const bars = 24;
const limit = 3;
/** Bars that are looked back upon. */
const back = 8;

/** Where a bar comes that has come so often among the eight before it. */
function loopsIn(notes: readonly Note[]): readonly number[] {
  const signatures = Array.from({ length: bars }, (_unused, bar) => barSignature(notes.filter(({ beat }) => beat >= bar * 4 && beat < bar * 4 + 4), bar * 4));
  return signatures.flatMap((signature, bar) => {
    const times = signatures.slice(Math.max(0, bar - back), bar).filter((each) => each === signature).length;
    return signature !== '' && times >= limit ? [bar] : [];
  });
}

async function played(pack: string, settings: Readonly<Record<string, number>>): Promise<readonly number[]> {
  const take = new OfflineTake(voices, 120);
  for (const [name, value] of Object.entries(settings)) await write(take, name, value);
  await take.start(pack);
  await take.playUntil(bars * 4);
  const { notes } = take.recorder.score();
  const { underruns, realTime } = take.ensemble.decks[0];
  await take.end();
  assert.deepEqual([underruns, realTime.missedTicks, take.recorder.hanging], [0, 0, 0]);
  return loopsIn(notes);
}

const { voices, names } = await openVoices({ provider: 'cpu', threads: '1' });

for (const pack of names) {
  describe(`the pack ${pack}, as cold as can be`, () => {
    it('comes out of every loop where a limit is set', async (context) => {
      const cold = { 'temperature': 0.02, 'top-k': 1 };
      assert.deepEqual(await played(pack, { ...cold, 'loop-limit': limit }), []);
      context.diagnostic(`without a limit ${(await played(pack, cold)).length} of ${bars} bars go round`);
    });
  });
}

describe('a composer that goes round whatever it is asked', () => {
  it('is never kept from playing, however slow it is', async () => {
    for (const millisecondsPerBeat of [5, 60, 200, 400]) {
      const stage = stageOf(voicesOf(() => new AskedComposer((note) => ({ ...note, pitch: 60 + (note.beat % 4) }))), millisecondsPerBeat);
      await stage.start('asked');
      await write(stage, 'loop-limit', 2);
      await stage.playUntil(64);
      const { missedTicks } = stage.deck.realTime;
      const { underruns } = stage.deck;
      await stage.end();
      assert.deepEqual([missedTicks, underruns, stage.recorder.hanging], [0, 0, 0], `${millisecondsPerBeat} ms`);
    }
  });
});
