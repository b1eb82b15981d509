import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BeatQueue, emptyEntry, type EntryKind, type QueueEntry } from '../../../src/engine/scheduling/beat-queue.js';

const rank: Record<EntryKind, number> = { noteOff: 0, program: 1, control: 1, noteOn: 2 };
const kind = fc.constantFrom<EntryKind>('noteOff', 'program', 'control', 'noteOn');
/** Few beats, so that many events share one. */
const beat = fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8);

function drain(queue: BeatQueue): QueueEntry[] {
  const entries: QueueEntry[] = [];
  for (let entry = emptyEntry(); queue.pop(entry); entry = emptyEntry()) entries.push(entry);
  return entries;
}

function entryOf(fields: Partial<QueueEntry>): QueueEntry {
  return { ...emptyEntry(), ...fields };
}

describe('BeatQueue', () => {
  it('gives back what was put in, every field of it', () => {
    const queue = new BeatQueue(4);
    const entry = entryOf({ kind: 'noteOn', owner: 255, channel: 15, data1: 127, data2: 1, beat: -0.1, durationBeats: 1e-9, noteId: 0xffff_ffff });
    assert.ok(queue.push(entry));
    assert.deepEqual(drain(queue), [entry]);
  });

  it('gives ends before marks before onsets at the same beat, else in the order they came', () => {
    const queue = new BeatQueue(16);
    const order: [EntryKind, number][] = [['noteOn', 1], ['control', 2], ['noteOff', 3], ['noteOn', 4], ['program', 5], ['noteOff', 6]];
    for (const [name, noteId] of order) queue.push(entryOf({ kind: name, noteId, beat: 2 }));
    queue.push(entryOf({ kind: 'noteOn', noteId: 7, beat: 1 }));
    assert.deepEqual(drain(queue).map(({ noteId }) => noteId), [7, 3, 6, 2, 5, 1, 4]);
  });

  it('refuses what does not fit and loses nothing of what it has', () => {
    const queue = new BeatQueue(3);
    for (const at of [3, 1, 2]) assert.ok(queue.push(entryOf({ beat: at })));
    assert.ok(!queue.push(entryOf({ beat: 0 })));
    assert.equal(queue.size, 3);
    assert.deepEqual(drain(queue).map((entry) => entry.beat), [1, 2, 3]);
    assert.ok(queue.push(entryOf({ beat: 5 })));
  });

  it('has no first beat when it is empty', () => {
    const queue = new BeatQueue(2);
    assert.equal(queue.firstBeat, Infinity);
    queue.push(entryOf({ beat: -4 }));
    assert.equal(queue.firstBeat, -4);
  });

  it('drops the onsets and marks of one owner from a beat on, and none of its ends', () => {
    const queue = new BeatQueue(32);
    let noteId = 0;
    for (const owner of [1, 2]) {
      for (const name of ['noteOff', 'program', 'control', 'noteOn'] as const) {
        for (const at of [1, 2, 3]) queue.push(entryOf({ kind: name, owner, beat: at, noteId: (noteId += 1) }));
      }
    }
    queue.removeAhead(1, 2);
    const left = drain(queue);
    assert.equal(left.filter(({ owner }) => owner === 2).length, 12);
    const own = left.filter(({ owner }) => owner === 1);
    assert.deepEqual(own.filter((entry) => entry.kind !== 'noteOff').map((entry) => entry.beat), [1, 1, 1]);
    assert.equal(own.filter((entry) => entry.kind === 'noteOff').length, 3);
  });

  it('behaves like a sorted list through any pushes, pops and removals', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), kind, beat, owner: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('ahead' as const, 'owner' as const), beat, owner: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('ends' as const, 'clear' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const capacity = 40;
        const queue = new BeatQueue(capacity);
        let list: QueueEntry[] = [];
        let noteId = 0;
        for (const step of operations) {
          switch (step.do) {
            case 'push': {
              noteId += 1;
              const entry = entryOf({ kind: step.kind, beat: step.beat, owner: step.owner, noteId });
              assert.equal(queue.push(entry), list.length < capacity);
              if (list.length < capacity) list.push(entry);
              list.sort((a, b) => a.beat - b.beat || rank[a.kind] - rank[b.kind] || a.noteId - b.noteId);
              break;
            }
            case 'pop': {
              const entry = emptyEntry();
              assert.equal(queue.pop(entry), list.length > 0);
              if (list.length > 0) assert.deepEqual(entry, list.shift());
              break;
            }
            case 'ahead':
              queue.removeAhead(step.owner, step.beat);
              list = list.filter((entry) => entry.owner !== step.owner || entry.kind === 'noteOff' || entry.beat < step.beat);
              break;
            case 'owner':
              queue.removeOwner(step.owner);
              list = list.filter((entry) => entry.owner !== step.owner);
              break;
            case 'ends':
              queue.removeEnds();
              list = list.filter((entry) => entry.kind !== 'noteOff');
              break;
            case 'clear':
              queue.clear();
              list = [];
          }
          assert.equal(queue.size, list.length);
          assert.equal(queue.firstBeat, list[0]?.beat ?? Infinity);
        }
        assert.deepEqual(drain(queue), list);
      }),
    );
  });
});
