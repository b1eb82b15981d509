import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInSequencer, skipWithoutSequencer } from './support/sequencer.js';

describe('the MIDI wire with a sequencer', { skip: skipWithoutSequencer() }, () => {
  it('passes its own tests, those that need ports among them', async () => {
    const test = fileURLToPath(new URL('../transports/midi/midi-transport.test.js', import.meta.url));
    const run = await runInSequencer([process.execPath, '--test', '--test-reporter', 'tap', test]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /ok \d+ - MidiTransport with a driver$/m);
  });
});
