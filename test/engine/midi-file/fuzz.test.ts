import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../src/engine/errors.js';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { readMidiFile } from '../../../src/engine/midi-file/read-midi-file.js';
import { writeTickScore } from '../../../src/engine/midi-file/write-tick-score.js';
import { repositoryRoot } from '../../../src/engine/paths.js';

const seeds = [
  'skytnt/theremin_notes.mid',
  'skytnt/syn_multitrack_edge.mid',
  'skytnt/freedoom1_d_victor.mid',
  'torture/synth/fmt1-basic.mid',
  'torture/synth/running-status.mid',
  'torture/synth/sysex-multi-packet.mid',
  'torture/synth/smpte-2997fps.mid',
  'torture/synth/rmid-riff.mid',
].map((name) => readFileSync(join(repositoryRoot, 'test/fixtures', name)));

/** A good file with some bytes changed, cut out or doubled. */
const damagedFile = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
    fc.option(fc.tuple(fc.nat(), fc.nat(40))),
    fc.option(fc.tuple(fc.nat(), fc.nat(40))),
  )
  .map(([seed, changes, cut, double]) => {
    let bytes = Uint8Array.from(seed);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    if (cut !== null) {
      const at = cut[0] % bytes.length;
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + cut[1])]);
    }
    if (double !== null) {
      const at = double[0] % Math.max(1, bytes.length);
      bytes = Uint8Array.from([...bytes.subarray(0, at + double[1]), ...bytes.subarray(at)]);
    }
    return bytes;
  });

function assertSound(bytes: Uint8Array): void {
  const begin = process.cpuUsage().user;
  try {
    const { score } = readMidiFile(bytes);
    assert.ok(score.ticksPerBeat >= 1);
    for (const event of score.tracks.flat()) assert.ok(Number.isFinite(event.tick) && event.tick >= 0);
    readMidiFile(writeTickScore(score));
    readPrompt(bytes);
  } catch (error) {
    if (!(error instanceof ContinuoError) || error.errorName !== 'badMidiFile') throw error;
    assert.match(error.message, /^[A-Z].*\.$/s);
  }
  assert.ok(process.cpuUsage().user - begin < 2e6);
}

describe('whatever the bytes, a MIDI file', () => {
  it('is read or refused in a sentence when good files are damaged', () => {
    fc.assert(fc.property(damagedFile, assertSound), { numRuns: 600 });
  });

  it('is read or refused in a sentence when a good frame holds random events', () => {
    const frame = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 2, 0];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (events) => assertSound(Uint8Array.from([...frame, ...events]))),
      { numRuns: 300 },
    );
  });

  it('is read or refused in a sentence when it is noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), assertSound), { numRuns: 300 });
  });

  it('is read in time that grows with its length, whatever is stacked in it', () => {
    const stack = (event: number[], count: number): Uint8Array => {
      const events = Array.from({ length: count }, () => event).flat();
      const size = [24, 16, 8, 0].map((shift) => (events.length >> shift) & 0xff);
      return Uint8Array.from([
        0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b, ...size, ...events,
      ]);
    };
    for (const event of [
      [0, 0x90, 60, 64],
      [0xff, 0xff, 0xff, 0x7f, 0xf8],
      [0x4d, 0x54, 0x72, 0x6b],
      [0, 0xff, 0x01, 0x7f],
      [0x80, 0x80, 0x80, 0x80],
    ]) {
      assertSound(stack(event, 20_000));
    }
  });
});
