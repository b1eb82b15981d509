import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CommandRing } from '../../../src/engine/scheduling/command-ring.js';
import { commandKinds, emptyCommand, type Command } from '../../../src/engine/scheduling/command.js';

const command = fc.record<Command>({
  kind: fc.constantFrom(...commandKinds),
  owner: fc.integer({ min: 0, max: 255 }),
  channel: fc.integer({ min: 0, max: 15 }),
  data1: fc.integer({ min: 0, max: 127 }),
  data2: fc.integer({ min: 0, max: 127 }),
  noteId: fc.integer({ min: 0, max: 0xffff_ffff }),
  beat: fc.double({ noNaN: true }),
  amount: fc.double({ noNaN: true }),
  queuedMicros: fc.double({ noNaN: true }),
});

function pop(ring: CommandRing): Command | undefined {
  const into = emptyCommand();
  return ring.pop(into) ? into : undefined;
}

describe('CommandRing', () => {
  it('gives commands back in order and to the bit, however often it wraps around', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.boolean()), { maxLength: 200 }), (steps) => {
        const ring = CommandRing.ofCapacity(16);
        const reader = CommandRing.over(ring.buffer);
        const expected: Command[] = [];
        for (const [next, read] of steps) {
          if (ring.push(next)) expected.push({ ...next });
          if (read) assert.deepEqual(pop(reader), expected.shift());
        }
        for (const next of expected) assert.deepEqual(pop(reader), next);
        assert.equal(pop(reader), undefined);
      }),
    );
  });

  it('refuses music before it is full, so that stop and panic still get through', () => {
    const ring = CommandRing.ofCapacity(16);
    const note = { ...emptyCommand(), kind: 'note' as const };
    let notes = 0;
    while (ring.push(note)) notes += 1;
    assert.equal(notes, 12);
    assert.ok(ring.push({ ...note, kind: 'panic' }));
    assert.ok(!ring.push(note));
    for (let count = 0; count < 3; count += 1) assert.ok(ring.push({ ...note, kind: 'stop' }));
    assert.ok(!ring.push({ ...note, kind: 'stop' }));
    assert.equal(pop(ring)?.kind, 'note');
    assert.ok(ring.push({ ...note, kind: 'stop' }));
  });

  it('does not sleep when the bell has rung since the reader looked', () => {
    const ring = CommandRing.ofCapacity(16);
    const { rung } = ring;
    ring.ring();
    ring.wait(rung, 60_000);
    assert.notEqual(ring.rung, rung);
  });

  it('wakes up when the time is over though nobody rang', () => {
    const ring = CommandRing.ofCapacity(16);
    ring.wait(ring.rung, 1);
  });
});
