import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeardEvent } from '../../../src/engine/contracts/note-source.js';
import { heardEvent, MidiPlayer } from '../../../src/transports/midi/midi-player.js';

function heard(...bytes: readonly number[]): HeardEvent | undefined {
  return heardEvent(Uint8Array.from(bytes), 7);
}

describe('a player at a MIDI port', () => {
  it('strikes and lifts keys, a note on of velocity 0 lifting them too', () => {
    assert.deepEqual(heard(0x92, 60, 100), { type: 'noteOn', channel: 2, pitch: 60, velocity: 100, micros: 7 });
    assert.deepEqual(heard(0x92, 60, 0), { type: 'noteOff', channel: 2, pitch: 60, micros: 7 });
    assert.deepEqual(heard(0x82, 60, 64), { type: 'noteOff', channel: 2, pitch: 60, micros: 7 });
  });

  it('uses pedals and wheels', () => {
    assert.deepEqual(heard(0xb0, 64, 127), { type: 'control', channel: 0, controller: 64, value: 127, micros: 7 });
  });

  it('lifts every key of a channel with all notes off, all sound off, and the modes that mean it', () => {
    for (const controller of [120, 123, 124, 125, 126, 127]) assert.deepEqual(heard(0xb5, controller, 0), { type: 'released', channel: 5, micros: 7 });
    for (const controller of [121, 122]) assert.equal(heard(0xb5, controller, 0), undefined);
  });

  it('says nothing by clock, programs, bends, or half a message', () => {
    for (const bytes of [[0xf8], [0xf2, 1, 1], [0xc0, 3], [0xe0, 0, 64], [0x90, 60], []]) assert.equal(heard(...bytes), undefined);
  });

  it('is heard from start to stop', () => {
    const events: HeardEvent[] = [];
    const player = new MidiPlayer('midi', 0);
    player.receive(Uint8Array.of(0x90, 60, 80), 1);
    player.start({ heard: (event) => events.push(event) });
    player.receive(Uint8Array.of(0x90, 61, 80), 2);
    player.stop();
    player.receive(Uint8Array.of(0x90, 62, 80), 3);
    assert.deepEqual(events.map((event) => event.micros), [2]);
  });

  it('lifts every key when his port is gone', () => {
    const events: HeardEvent[] = [];
    const player = new MidiPlayer('midi', 0);
    player.left(1);
    player.start({ heard: (event) => events.push(event) });
    player.receive(Uint8Array.of(0x90, 61, 80), 2);
    player.left(3);
    assert.deepEqual(events.slice(1), [{ type: 'released', micros: 3 }]);
  });
});
