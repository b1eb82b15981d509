import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ClockInResult, FollowedBeat } from './inner/clock-in-result.js';
import { median } from './support/median.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

function inner(script: string): string {
  return fileURLToPath(new URL(`./inner/${script}.js`, import.meta.url));
}

/** Under a kernel in a program processes are late by milliseconds: these tests are about what is followed, benches about how closely. */
const phaseToleranceMicros = 10_000;
const beatTolerance = 0.25;
const limitSeconds = 150;

describe('MIDI clock from another process', { skip: skipWithoutSequencer('aconnect') }, () => {
  let result: ClockInResult;

  before(async () => {
    result = await runScriptInSequencer<ClockInResult>(inner('clock-in'), { limitSeconds });
  });

  /** Beats before which the host has been on time for two: nobody can follow it to where it would have been. */
  function steady(context: TestContext, bpm: number): readonly FollowedBeat[] {
    const found = result.beats.filter((beat) => beat.bpm === bpm && beat.steadyBeats >= 2);
    if (found.length === 0) context.skip(`the host was never on time for two beats at ${bpm} BPM: this machine is too busy to tell`);
    return found;
  }

  it('gives the tempo within a BPM, at 90 and at 140', (context) => {
    for (const bpm of [90, 140]) {
      const tempos = steady(context, bpm).map(({ followedBpm }) => followedBpm);
      assert.ok(tempos.length === 0 || Math.abs(median(tempos) - bpm) < 1, `${median(tempos)} BPM at ${bpm}`);
    }
  });

  it('gives the beat within 10 ms', (context) => {
    for (const bpm of [90, 140]) {
      const errors = steady(context, bpm).map(({ errorMicros }) => Math.abs(errorMicros));
      assert.ok(errors.length === 0 || median(errors) < phaseToleranceMicros, `${median(errors)} µs at ${bpm} BPM`);
    }
  });

  it('tells start, stop, song position and continue, each with its beat', () => {
    const { master, changes } = result;
    assert.deepEqual(changes.map(({ type }) => type), ['start', 'stop', 'locate', 'continue', 'stop']);
    changes.forEach(({ beat }, at) => {
      const said = master.changes[at];
      assert.ok(beat > said.beat - beatTolerance && beat < said.untilBeat + beatTolerance, `${beat}, not ${said.beat} to ${said.untilBeat}`);
    });
  });

  it('tells once that the master is gone', () => {
    assert.ok(result.losses >= 1 && result.losses <= 1 + result.master.silences, `${result.losses} losses, ${result.master.silences} silences`);
  });
});

describe('MIDI clock from midish', { skip: skipWithoutSequencer('aconnect', 'midish') }, () => {
  it('is followed from its start to its stop', async () => {
    const { changes, lastBpm } = await runScriptInSequencer<ClockInResult>(inner('midish-clock'), { limitSeconds });
    assert.deepEqual([changes[0].type, changes[0].beat], ['start', 0]);
    assert.ok(Math.abs(lastBpm - 150) < 1, `${lastBpm} BPM`);
  });
});
