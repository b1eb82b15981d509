import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { WireEvent, WireEventKind } from '../../../src/engine/contracts/output.js';
import { MidiEncoder } from '../../../src/transports/midi/wire-bytes.js';

function event(kind: WireEventKind, data1 = 0, data2 = 0, channel = 0): WireEvent {
  return { kind, owner: 1, channel, data1, data2, beat: 0, durationBeats: 0, noteId: 1, microsPerBeat: 500_000 };
}

function hexadecimal(...given: Parameters<typeof event>): string {
  return new MidiEncoder().encode(event(...given)).toString('hex');
}

describe('MidiEncoder', () => {
  it('writes each kind as the MIDI specification spells it', () => {
    assert.equal(hexadecimal('noteOn', 60, 100, 0), '903c64');
    assert.equal(hexadecimal('noteOn', 36, 127, 9), '99247f');
    assert.equal(hexadecimal('noteOff', 60, 0, 15), '8f3c00');
    assert.equal(hexadecimal('control', 123, 0, 3), 'b37b00');
    assert.equal(hexadecimal('program', 48, 0, 2), 'c230');
    assert.equal(hexadecimal('clock'), 'f8');
    assert.equal(hexadecimal('start'), 'fa');
    assert.equal(hexadecimal('continue'), 'fb');
    assert.equal(hexadecimal('stop'), 'fc');
  });

  it('writes a song position with the low seven bits first', () => {
    assert.equal(hexadecimal('position', 0), 'f20000');
    assert.equal(hexadecimal('position', 127), 'f27f00');
    assert.equal(hexadecimal('position', 128), 'f20001');
    assert.equal(hexadecimal('position', 0x3fff), 'f27f7f');
  });

  it('begins again behind the last song position that can be said', () => {
    assert.equal(hexadecimal('position', 0x4000), 'f20000');
    assert.equal(hexadecimal('position', 0x4081), 'f20101');
  });

  it('never lets a data byte look like a status byte', () => {
    const kinds = fc.constantFrom<WireEventKind>('noteOn', 'noteOff', 'control', 'program', 'position');
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 0x3fff }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 15 }), (kind, data1, data2, channel) => {
        const bytes = new MidiEncoder().encode(event(kind, data1, data2, channel));
        return bytes[0] >= 0x80 && bytes.subarray(1).every((byte) => byte < 0x80);
      }),
    );
  });

  it('uses its buffers again', () => {
    const encoder = new MidiEncoder();
    assert.equal(encoder.encode(event('noteOn', 60, 100)), encoder.encode(event('noteOff', 61, 0)));
  });
});
