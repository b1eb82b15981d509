import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMidi } from 'midi-file';
import { readTickScore } from '../../../src/engine/midi-file/read-midi-file.js';
import { variableLength } from '../../../src/engine/midi-file/track-writer.js';
import { writeTickScore } from '../../../src/engine/midi-file/write-tick-score.js';
import type { TickScore } from '../../../src/engine/music/tick-score.js';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('writing a tick score', () => {
  it('makes format 0 of one track, with running status and note-offs that keep the velocity', () => {
    const score: TickScore = {
      ticksPerBeat: 96,
      tracks: [
        [
          { type: 'note', tick: 0, duration: 96, channel: 1, pitch: 60, velocity: 100 },
          { type: 'note', tick: 0, duration: 200, channel: 1, pitch: 64, velocity: 90 },
        ],
      ],
    };
    assert.equal(
      hex(writeTickScore(score)),
      '4d546864' + '00000006' + '000000010060' + '4d54726b' + '00000012' +
        '00913c64' + '00405a' + '60813c64' + '68405a' + '00ff2f00',
    );
  });

  it('makes format 1 of several tracks and one empty track of none', () => {
    assert.equal(parseMidi(writeTickScore({ ticksPerBeat: 480, tracks: [[], []] })).header.format, 1);
    assert.deepEqual(parseMidi(writeTickScore({ ticksPerBeat: 480, tracks: [] })).tracks.length, 1);
  });

  it('ends running status at a meta event', () => {
    const score: TickScore = {
      ticksPerBeat: 96,
      tracks: [
        [
          { type: 'program', tick: 0, channel: 0, program: 1 },
          { type: 'tempo', tick: 0, microsPerBeat: 500000 },
          { type: 'program', tick: 0, channel: 0, program: 2 },
        ],
      ],
    };
    assert.ok(hex(writeTickScore(score)).endsWith('00c001' + '00ff510307a120' + '00c002' + '00ff2f00'));
  });

  it('spreads a delta too long for four bytes over empty texts', () => {
    const tick = 3 * 0x0fffffff + 5;
    const score: TickScore = {
      ticksPerBeat: 480,
      tracks: [[{ type: 'program', tick, channel: 0, program: 1 }]],
    };
    assert.deepEqual(readTickScore(writeTickScore(score)), score);
  });

  it('writes variable lengths as the standard shows them', () => {
    const examples: [number, string][] = [
      [0, '00'],
      [0x40, '40'],
      [0x7f, '7f'],
      [0x80, '8100'],
      [0x2000, 'c000'],
      [0x3fff, 'ff7f'],
      [0x4000, '818000'],
      [0x1fffff, 'ffff7f'],
      [0x200000, '81808000'],
      [0x0fffffff, 'ffffff7f'],
    ];
    for (const [value, bytes] of examples) assert.equal(hex(Uint8Array.from(variableLength(value))), bytes);
  });
});
