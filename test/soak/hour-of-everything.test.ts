import assert from 'node:assert/strict';
import { it } from 'node:test';
import { run } from '../../bench/soak.js';

/** The day is `continuo bench soak`; this is its first hour. */
const hours = '1';
/** Kilobytes an hour that are no leak: compiled code, and how much the decks happen to remember. A note kept of each sent is more. */
const toleratedGrowth = 8_000;

it('plays an hour in which everything happens: no note hangs, none is out of order, no pulse is lost, memory stays', async (context) => {
  const { outputs, hangingNotes, sender, unexplainedDrops, clock, growthKilobytesAnHour, voicesLeftOpen, faults, secondsTaken, done } = await run({ hours, seed: '7', realShare: '0.02' });
  context.diagnostic(`${sender.sent} onsets in ${secondsTaken} s; heap ${growthKilobytesAnHour.heap} kB an hour`);
  assert.deepEqual(faults, []);
  assert.equal(hangingNotes, 0);
  assert.equal(voicesLeftOpen, 0);
  for (const { onsets, ends, wrongPairs, reorderedOnsets, wrongClocks, wrongTransports } of Object.values(outputs)) {
    assert.equal(ends, onsets);
    assert.deepEqual([wrongPairs, reorderedOnsets, wrongClocks, wrongTransports], [0, 0, 0, 0]);
  }
  assert.equal(sender.droppedFull, 0);
  assert.equal(unexplainedDrops, 0);
  assert.equal(clock.heardPulses, clock.duePulses);
  assert.ok(growthKilobytesAnHour.heap < toleratedGrowth, `the heap grows by ${growthKilobytesAnHour.heap} kB an hour`);
  assert.ok(sender.sent > 50_000 && (done.swap ?? 0) > 50, 'there was something to go wrong');
});
