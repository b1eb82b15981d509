import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realTimeFigures, TickLedger } from '../../../src/engine/deck/tick-ledger.js';

const until = (end: number) => (beat: number) => beat < end;

describe('the figures of the real-time law', () => {
  it('are those of a deck that never missed before anything fell due', () => {
    assert.deepEqual(realTimeFigures([]), { inTime: 1, staleness: 0, inTimeWeighted: 1 });
  });

  it('count hits, mean their age, and weigh a hit by how much of 32 ticks it is short of', () => {
    assert.deepEqual(realTimeFigures([0, 0, 8, -1]), { inTime: 0.75, staleness: 8 / 3, inTimeWeighted: (1 + 1 + 0.75) / 4 });
    assert.deepEqual(realTimeFigures([40]), { inTime: 1, staleness: 40, inTimeWeighted: 0 });
    assert.deepEqual(realTimeFigures([-1]), { inTime: 0, staleness: 0, inTimeWeighted: 0 });
  });
});

describe('TickLedger', () => {
  it('counts a sixteenth without music once, and only while the music plays', () => {
    const ledger = new TickLedger();
    ledger.settle(3, until(0));
    ledger.goTo(0);
    ledger.settle(0.6, until(0.5));
    assert.deepEqual([ledger.figures.inTime, ledger.missedTicks], [2 / 3, 1]);
    ledger.settle(0.6, until(0.5));
    ledger.rest();
    ledger.settle(9, until(0.5));
    assert.equal(ledger.missedTicks, 1);
  });

  it('says by how many ticks a wish waits for the music that knows it', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    ledger.wished(0.05);
    ledger.settle(0.5, until(8));
    assert.equal(ledger.figures.staleness, (0 + 0 + 1) / 3);
    ledger.passedOn();
    ledger.answered(1);
    ledger.settle(1.25, until(8));
    // Ticks 0 .. 5; the wish is of tick 1, and the answer begins with tick 4.
    assert.equal(ledger.figures.staleness, (0 + 0 + 1 + 2 + 0 + 0) / 6);
  });

  it('knows that a wish was in time when the next sixteenth hears it', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    for (let tick = 0; tick < 40; tick += 1) {
      ledger.settle(tick / 4, until(100));
      ledger.wished(tick / 4);
      ledger.passedOn();
      ledger.answered((tick + 1) / 4);
    }
    assert.deepEqual(ledger.figures, { inTime: 1, staleness: 0, inTimeWeighted: 1 });
  });

  it('does not take a later wish for answered by an answer that did not know it', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    ledger.wished(0);
    ledger.passedOn();
    ledger.wished(0.5);
    ledger.answered(0.5);
    ledger.settle(1, until(8));
    assert.equal(ledger.figures.staleness, (0 + 1 + 0 + 1 + 2) / 5);
  });

  it('takes an earlier answer for a later one that was on its way', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    ledger.wished(0);
    ledger.passedOn();
    ledger.answered(8);
    ledger.answered(0.25);
    ledger.settle(4, until(16));
    assert.equal(ledger.figures.staleness, 0);
  });

  it('forgets wishes and the way when the host jumps', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    ledger.wished(0);
    ledger.goTo(400);
    ledger.settle(402, until(500));
    assert.deepEqual(ledger.figures, { inTime: 1, staleness: 0, inTimeWeighted: 1 });
  });

  it('does not count what comes before the music begins', () => {
    const ledger = new TickLedger();
    ledger.goTo(4);
    ledger.settle(2, until(0));
    ledger.settle(4.5, until(4.25));
    assert.deepEqual([ledger.missedTicks, ledger.figures.inTime], [2, 1 / 3]);
  });

  it('tells of the last 1,024 ticks, and keeps the number of all that were missed', () => {
    const ledger = new TickLedger();
    ledger.goTo(0);
    ledger.settle(25, until(0));
    ledger.settle(25 + 256, until(1_000));
    assert.deepEqual([ledger.figures.inTime, ledger.missedTicks], [1, 101]);
    ledger.settle(1e9, until(2e9));
    assert.equal(ledger.figures.inTime, 1);
  });
});
