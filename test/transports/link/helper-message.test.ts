import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readMessage, tidyTempo } from '../../../src/transports/link/helper-message.js';

const state = {
  type: 'state', micros: 23917492881, bpm: 97.499939063, beat: -1.626732, quantum: 4, peers: 1, enabled: true, playing: false, changedMicros: 23909772673,
};

describe('the lines of the Link helper', () => {
  it('are read as they are said', () => {
    assert.deepEqual(readMessage('{"type":"hello","protocol":1}'), { type: 'hello', protocol: 1 });
    assert.deepEqual(readMessage(JSON.stringify(state)), state);
    assert.deepEqual(readMessage('{"type":"refused","sentence":"unknown word"}'), { type: 'refused', sentence: 'unknown word' });
  });

  it('are none where a value is missing or impossible', () => {
    for (const change of [{ bpm: 0 }, { bpm: '120' }, { peers: -1 }, { peers: 0.5 }, { quantum: 0 }, { playing: 1 }, { micros: null }, { beat: undefined }, { type: 'other' }]) {
      assert.equal(readMessage(JSON.stringify({ ...state, ...change })), undefined, JSON.stringify(change));
    }
  });

  it('never throw, whatever comes', () => {
    fc.assert(fc.property(fc.string(), (line) => void readMessage(line)));
    fc.assert(fc.property(fc.json(), (line) => void readMessage(line)));
  });
});

describe('a tempo that has been over the network', () => {
  /** What Link makes of a tempo on its way: whole microseconds a beat. */
  const carried = (bpm: number): number => 60_000_000 / Math.round(60_000_000 / bpm);

  it('is again the one that was set, as long as two decimals are different tempos to Link', () => {
    fc.assert(fc.property(fc.integer({ min: 2000, max: 70000 }), (hundredths) => assert.equal(tidyTempo(carried(hundredths / 100)), hundredths / 100)));
  });

  it('stays within what Link plays, and is changed by half a microsecond a beat at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 20, max: 999, noNaN: true }), (bpm) => {
        const tidy = tidyTempo(bpm);
        assert.ok(tidy >= 20 && tidy <= 999);
        assert.ok(Math.abs(60_000_000 / tidy - 60_000_000 / bpm) <= 0.5);
      }),
    );
    assert.equal(tidyTempo(999), 999);
    assert.equal(tidyTempo(carried(998.99)) <= 999, true);
  });
});
