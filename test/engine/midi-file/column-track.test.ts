import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnTrack } from '../../../src/engine/midi-file/column-track.js';
import { ColumnWriter } from '../../../src/engine/midi-file/event-columns.js';
import type { TickEvent } from '../../../src/engine/music/tick-score.js';

const byte = fc.integer({ min: 0, max: 255 });
const channel = fc.integer({ min: 0, max: 15 });
const tick = fc.oneof(fc.nat(1000), fc.constantFrom(0xffffffff, 0x100000000, 2 ** 45));
const event: fc.Arbitrary<TickEvent> = fc.oneof(
  fc.record({ type: fc.constant('note' as const), tick, duration: tick, channel, pitch: byte, velocity: byte }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('program' as const), tick, channel, program: byte }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('control' as const), tick, channel, controller: byte, value: byte }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('tempo' as const), tick, microsPerBeat: fc.integer({ min: 0, max: 0xffffff }) }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('meter' as const), tick, numerator: byte, denominatorPower: byte, clocksPerClick: byte, thirtySecondsPerBeat: byte }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('key' as const), tick, sharps: fc.integer({ min: -128, max: 127 }), minor: fc.boolean() }, { noNullPrototype: true }),
);

function add(writer: ColumnWriter, given: TickEvent, order = 0): void {
  switch (given.type) {
    case 'note':
      return writer.add('note', given.tick, given.duration, given.channel, given.pitch, given.velocity, order);
    case 'program':
      return writer.add('program', given.tick, 0, given.channel, given.program, 0);
    case 'control':
      return writer.add('control', given.tick, 0, given.channel, given.controller, given.value);
    case 'tempo':
      return writer.add('tempo', given.tick, given.microsPerBeat, 0, 0, 0);
    case 'meter':
      return writer.add('meter', given.tick, given.thirtySecondsPerBeat, given.clocksPerClick, given.numerator, given.denominatorPower);
    case 'key':
      return writer.add('key', given.tick, 0, 0, given.sharps & 0xff, given.minor ? 1 : 0);
  }
}

function trackOf(writer: ColumnWriter, events: readonly TickEvent[], withOrders = false): readonly TickEvent[] {
  events.forEach((given, order) => add(writer, given, order));
  return columnTrack(writer.finish({ withOrders }));
}

describe('a track in columns', () => {
  it('reads as the array of its events, one track after the other', () => {
    const writer = new ColumnWriter();
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const track = trackOf(writer, events);
        assert.deepEqual([...track], events);
        assert.deepEqual(track, events);
        assert.deepEqual([track].flat(), events);
        assert.deepEqual(track.map(({ type }) => type), events.map(({ type }) => type));
        assert.deepEqual(track[events.length - 1], events[events.length - 1]);
        assert.deepEqual([track.length, track.at(-1), track[events.length]], [events.length, events.at(-1), undefined]);
        assert.equal(JSON.stringify(track), JSON.stringify(events));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps its events apart past the size of a chunk', () => {
    const events = Array.from({ length: 140_000 }, (_, index): TickEvent => ({ type: 'program', tick: index * 40_000, channel: index % 16, program: index % 128 }));
    const track = trackOf(new ColumnWriter(), events);
    let index = 0;
    for (const given of track) {
      assert.equal(given.tick, index * 40_000);
      index += 1;
    }
    assert.equal(index, events.length);
    for (const at of [0, 65_535, 65_536, 131_071, 131_072, 139_999]) assert.deepEqual(track[at], events[at]);
  });

  it('says the order of its notes where it is asked for', () => {
    const note: TickEvent = { type: 'note', tick: 3, duration: 5, channel: 1, pitch: 60, velocity: 64 };
    assert.deepEqual(trackOf(new ColumnWriter(), [note, note], true), [{ ...note, order: 0 }, { ...note, order: 1 }]);
  });

  it('is not to be written to', () => {
    const track = trackOf(new ColumnWriter(), [{ type: 'tempo', tick: 0, microsPerBeat: 500_000 }]) as TickEvent[];
    assert.throws(() => track.push({ type: 'tempo', tick: 1, microsPerBeat: 1 }), TypeError);
    assert.throws(() => (track[0] = { type: 'tempo', tick: 1, microsPerBeat: 1 }), TypeError);
    assert.throws(() => track.pop(), TypeError);
    assert.equal(track.length, 1);
  });
});
