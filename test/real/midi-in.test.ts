import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HearResult } from './inner/hear-result.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

const inner = fileURLToPath(new URL('./inner/hear.js', import.meta.url));
const limitSeconds = 150;
/** Generous: under a kernel in a program, on a busy machine, everything is late. */
const beatTolerance = 0.15;

describe('notes at the MIDI port', { skip: skipWithoutSequencer('aconnect', 'aseqdump') }, () => {
  let result: HearResult;

  before(async () => {
    result = await runScriptInSequencer<HearResult>(inner, { limitSeconds });
  });

  it('are not taken for somebody’s where the port out is patched into the port in', () => {
    const { late, echoes } = result.looped;
    assert.ok(echoes >= 8);
    // What comes back later than the window is the doing of a machine that stands still at times.
    assert.ok(late.length <= echoes / 2, `${echoes} echoes, late: ${JSON.stringify(late)}`);
  });

  it('are heard at the beats they were played at, with their lengths', () => {
    assert.deepEqual(result.phrase.map(({ note }) => note.pitch), [60, 64, 67, 72]);
    for (const { note, playedBeat } of result.phrase) {
      assert.ok(Math.abs(note.beat - playedBeat) < beatTolerance, `${note.beat}, played at ${playedBeat}`);
      assert.ok(Math.abs((note.duration ?? 0) - 0.4) < 2 * beatTolerance, `${note.duration} beats long`);
    }
  });

  it('are answered in the bar after them, and not before', () => {
    assert.equal(result.stateWhileListening, 'listening');
    // On its line where the machine is quick enough; here it may be later.
    const first = Math.min(...result.answer);
    assert.ok(first >= result.barBeat && first < result.barBeat + 4, `at ${first}, the bar begins at ${result.barBeat}`);
  });
});
