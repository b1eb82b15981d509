import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ClockInResult, FollowedBeat } from './inner/clock-in-result.js';
import { median } from './support/median.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

function inner(script: string): string {
  return fileURLToPath(new URL(`./inner/${script}.js`, import.meta.url));
}

/** Under a kernel in a program processes are late by milliseconds: these tests are about what is followed, benches about how closely. */
const phaseToleranceMicros = 10_000;

describe('MIDI clock from another process', { skip: skipWithoutSequencer('aconnect') }, () => {
  let result: ClockInResult;

  before(async () => {
    result = await runScriptInSequencer<ClockInResult>(inner('clock-in'));
  });

  function beats(from: number, until: number): readonly FollowedBeat[] {
    return result.beats.filter(({ beat }) => beat >= from && beat < until);
  }

  it('gives the tempo within a BPM, at 90 and at 140', () => {
    for (const [from, until, bpm] of [[0, 6, 90], [8, 12, 140], [33, 36, 140]]) {
      const followed = median(beats(from, until).map(({ followedBpm }) => followedBpm));
      assert.ok(Math.abs(followed - bpm) < 1, `${followed} BPM from beat ${from} on`);
    }
  });

  it('gives the beat within 10 ms', () => {
    for (const [from, until] of [[0, 6], [7, 12], [32, 36]]) {
      const error = median(beats(from, until).map(({ errorMicros }) => Math.abs(errorMicros)));
      assert.ok(error < phaseToleranceMicros, `${error} µs from beat ${from} on`);
    }
  });

  it('tells start, stop, song position and continue, each with its beat', () => {
    assert.deepEqual(
      result.changes.map(({ type, beat }) => [type, Math.round(beat * 2) / 2]),
      [['start', 0], ['stop', 12], ['locate', 32], ['continue', 32], ['stop', 36]],
    );
  });

  it('tells once that the master is gone', () => {
    assert.equal(result.losses, 1);
  });
});

describe('MIDI clock from midish', { skip: skipWithoutSequencer('aconnect', 'midish') }, () => {
  it('is followed from its start to its stop', async () => {
    const { changes, lastBpm } = await runScriptInSequencer<ClockInResult>(inner('midish-clock'));
    assert.deepEqual([changes[0].type, changes[0].beat], ['start', 0]);
    assert.ok(Math.abs(lastBpm - 150) < 1, `${lastBpm} BPM`);
  });
});
