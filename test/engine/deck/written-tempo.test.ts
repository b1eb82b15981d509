import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WrittenTempo } from '../../../src/engine/deck/written-tempo.js';

describe('WrittenTempo', () => {
  it('is the host\'s in whole BPM', () => {
    assert.equal(new WrittenTempo().at(93.4), 93);
  });

  it('stays while the host\'s trembles, also on the edge between two', () => {
    const tempo = new WrittenTempo();
    assert.deepEqual([120.01, 119.93, 120.2, 119.5, 120.6].map((bpm) => tempo.at(bpm)), [120, 120, 120, 120, 120]);
  });

  it('follows a host that changes, at once or little by little', () => {
    const tempo = new WrittenTempo();
    assert.deepEqual([100, 140, 139].map((bpm) => tempo.at(bpm)), [100, 140, 139]);
    for (let bpm = 139; bpm >= 120; bpm -= 0.1) assert.ok(Math.abs(tempo.at(bpm) - bpm) < 0.76);
  });
});
