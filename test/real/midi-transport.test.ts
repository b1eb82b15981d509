import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInSequencer, skipWithoutSequencer } from './support/sequencer.js';

describe('the MIDI wire with a sequencer', { skip: skipWithoutSequencer() }, () => {
  for (const [file, name] of [['midi-transport', 'MidiTransport with a driver'], ['midi-output', 'MidiOutput to a device, as an output']]) {
    it(`passes the tests that need ports in ${file}`, async () => {
      const test = fileURLToPath(new URL(`../transports/midi/${file}.test.js`, import.meta.url));
      const run = await runInSequencer([process.execPath, '--test', '--test-reporter', 'tap', test]);
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.match(run.stdout, new RegExp(`^ok \\d+ - ${name}$`, 'm'));
    });
  }
});
