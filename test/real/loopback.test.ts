import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

interface Loopback {
  readonly lost: number;
  readonly micros: readonly { readonly term: string; readonly p50: number; readonly max: number }[];
}

describe('bench loopback', { skip: skipWithoutSequencer() }, () => {
  it('hears every note come back through the driver, each term no longer than the whole', async () => {
    const { lost, micros } = await runScriptInSequencer<Loopback>(fileURLToPath(new URL('./inner/loopback.js', import.meta.url)));
    assert.equal(lost, 0);
    const [sending, wire, queue, whole] = micros.map(({ p50 }) => p50);
    // Generous: under a kernel in a program everything is late by milliseconds, and with one core the note may be there before the
    // thread that sent it has read the clock.
    assert.ok(sending >= 0 && Math.abs(wire) < whole && queue > 0 && whole > queue && whole < 100_000, JSON.stringify(micros));
  });
});
