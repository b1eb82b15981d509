import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../../bench/schedulers.js';
import { eventsOf } from '../../bench/support/schedulers/grid.js';

interface Row {
  readonly load: string;
  readonly scheduler: string;
  readonly onsets: number;
  readonly missed: number;
  readonly p50: number;
  readonly p99TimesOurs: number;
}

describe('the grid of bench schedulers', () => {
  it('has a chord of four on every sixteenth, each note ended, and 24 clocks a beat, in order', () => {
    const events = eventsOf({ bpm: 120, start: 1_000_000, beats: 2 });
    const ofKind = (kind: string) => events.filter((event) => event.kind === kind);
    assert.deepEqual(['noteOn', 'noteOff', 'clock'].map((kind) => ofKind(kind).length), [32, 32, 48]);
    assert.deepEqual(events.map(({ due }) => due), events.map(({ due }) => due).sort((one, other) => one - other));
    assert.deepEqual([...new Set(ofKind('noteOn').map(({ due }) => due - 1_000_000))], [0, 1, 2, 3, 4, 5, 6, 7].map((step) => step * 125_000));
    for (const { bytes: [status, pitch], due } of ofKind('noteOn')) {
      assert.ok(events.some((event) => event.kind === 'noteOff' && event.bytes[0] === status - 0x10 && event.bytes[1] === pitch && event.due > due));
    }
  });
});

describe('bench schedulers', () => {
  it('plays the same notes by every scheduler under every load', async () => {
    const { micros } = (await run({ seconds: '1', turn: '0.5', tempos: '120', pack: 'none' })) as { micros: readonly Row[] };
    const names = ['continuo', 'setInterval', 'setTimeout a note', 'setTimeout, corrected', 'look-ahead 25/100 ms', 'JZZ wait'];
    assert.deepEqual(micros.map(({ load, scheduler }) => `${load}: ${scheduler}`), ['none', 'busy main thread'].flatMap((load) => names.map((name) => `${load}: ${name}`)));
    for (const { scheduler, onsets, missed, p50, p99TimesOurs } of micros) {
      // A beat: four chords of four. Who is late on a busy machine misses some; nobody plays one twice.
      assert.ok(onsets <= 16 && missed >= 16 - onsets && missed <= 16, `${scheduler}: ${onsets}, ${missed}`);
      assert.ok(onsets === 0 || (p50 >= 0 && p99TimesOurs > 0), scheduler);
    }
  });
});
