import assert from 'node:assert/strict';
import { it } from 'node:test';
import { run } from '../../bench/soak.js';

/** The day is `continuo bench soak`; this is its first hour. */
const hours = '1';
/** Kilobytes an hour that are no leak: compiled code, and how much the decks happen to remember. A note kept of each sent is more. */
const toleratedGrowth = 8_000;

/** What may be refused or fail: broken packs, voices that die, hosts that lead, cables that are out, wishes that cannot be granted. */
const expectedErrors = ['101', '102', '211', '220', '222', '300', 'badValue', 'badPack', 'unknownAddress', 'deviceUnavailable', 'swapFailed', 'sendFailed', 'modelFailed'];

it('plays an hour in which everything happens: no note hangs, none is out of order, none sounds while the transport stands, no pulse is lost, memory stays', async (context) => {
  const soak = await run({ hours, seed: '7', realShare: '0.02' });
  const { outputs, hangingNotes, sender, lateDrops, queuedTwice, stuckDecks, clock, growthKilobytesAnHour, voicesLeftOpen, faults, secondsTaken, done, errors } = soak;
  context.diagnostic(`${sender.sent} onsets in ${secondsTaken} s; heap ${growthKilobytesAnHour.heap} kB an hour`);
  assert.deepEqual(faults, []);
  assert.equal(hangingNotes, 0);
  assert.equal(queuedTwice, 0);
  assert.equal(stuckDecks, 0);
  assert.equal(voicesLeftOpen, 0);
  for (const { onsets, ends, clocks: _clocks, ...wrong } of Object.values(outputs)) {
    assert.equal(ends, onsets);
    assert.deepEqual(Object.values(wrong).filter((count) => count !== 0), [], JSON.stringify(wrong));
  }
  assert.equal(sender.droppedFull, 0);
  assert.deepEqual(lateDrops.nothing, { queued: 0, moved: 0, held: 0 });
  assert.deepEqual(Object.keys(errors).filter((name) => !expectedErrors.includes(name)), []);
  assert.equal(clock.heardPulses, clock.duePulses);
  assert.ok(growthKilobytesAnHour.heap < toleratedGrowth, `the heap grows by ${growthKilobytesAnHour.heap} kB an hour`);
  assert.ok(sender.sent > 50_000 && (done.swap ?? 0) > 50, 'there was something to go wrong');
});
