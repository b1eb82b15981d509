import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TokenAttribute } from '../../../src/engine/contracts/tokenizer.js';
import { PassageMemory, passageBias } from '../../../src/engine/generation/passage-memory.js';

type Said = readonly [id: number, attribute: TokenAttribute];

function memoryOf(said: readonly Said[], unit = 1): PassageMemory {
  const memory = new PassageMemory(unit);
  for (const [id, attribute] of said) memory.push(id, attribute);
  return memory;
}

const pitches = (...ids: number[]): Said[] => ids.map((id) => [id, 'pitch']);
/** A row of time, pitch, velocity. */
const row = (time: number, pitch: number, velocity: number): Said[] => [[time, 'time'], [pitch, 'pitch'], [velocity, 'velocity']];

function again(memory: PassageMemory, attribute: TokenAttribute): number | undefined {
  const passage = memory.passage(attribute);
  return passage && memory.idAfter(passage, memory.column, attribute);
}

describe('PassageMemory', () => {
  it('names what followed where the stream last went as it goes now', () => {
    assert.equal(again(memoryOf(pitches(0, 60, 62, 64, 65, 60, 62)), 'pitch'), 64);
    assert.equal(again(memoryOf(pitches(0, 60, 62, 64, 7, 60, 62, 65, 8, 60, 62)), 'pitch'), 65, 'the last of equals');
    assert.equal(again(memoryOf(pitches(0, 1, 60, 62, 64, 2, 60, 62, 65, 1, 60, 62)), 'pitch'), 64, 'the longest before the last');
    assert.equal(memoryOf(pitches(0, 60, 62, 64)).passage('pitch'), undefined);
  });

  it('weighs a passage by how far it agrees', () => {
    const weightOf = (...ids: number[]): number | undefined => memoryOf(pitches(0, 5, 6, 7, 8, 9, ...ids)).passage('pitch')?.weight;
    assert.equal(weightOf(7), 1 / 3);
    assert.equal(weightOf(6, 7), 2 / 3);
    assert.equal(weightOf(5, 6, 7), 1);
    assert.equal(weightOf(5, 6, 7, 8), 1);
  });

  it('takes passages for the same that differ in velocities alone, and brings no velocity back', () => {
    const loud: Said[] = [[60, 'pitch'], [100, 'velocity'], [62, 'pitch'], [90, 'velocity'], [64, 'pitch'], [80, 'velocity']];
    const soft: Said[] = [[60, 'pitch'], [10, 'velocity'], [62, 'pitch'], [20, 'velocity']];
    assert.equal(again(memoryOf([...pitches(0), ...loud, ...soft]), 'pitch'), 64);
    assert.equal(again(memoryOf([...pitches(0), ...loud, ...soft, [64, 'pitch']]), 'velocity'), undefined);
  });

  it('goes on from a length only where it is the same', () => {
    const before: Said[] = [...pitches(0, 60), [5, 'duration'], [6, 'duration'], ...pitches(62)];
    assert.equal(again(memoryOf([...before, [60, 'pitch'], [5, 'duration']]), 'duration'), 6);
    assert.equal(again(memoryOf([...before, [60, 'pitch'], [4, 'duration']]), 'duration'), undefined);
    assert.equal(again(memoryOf([...before, [60, 'pitch'], [4, 'duration']]), 'pitch'), 62);
  });

  it('compares whole rows, and keeps to one passage through a row', () => {
    const rows = [...row(0, 0, 0), ...row(1, 60, 9), ...row(2, 62, 9), ...row(1, 64, 9), ...row(1, 60, 3), ...row(2, 62, 4)];
    const memory = memoryOf(rows, 3);
    assert.equal(again(memory, 'time'), 1);
    memory.push(3, 'time');
    assert.equal(again(memory, 'pitch'), 64, 'another time is no other passage');
    memory.push(64, 'pitch');
    assert.equal(again(memory, 'velocity'), undefined);
  });

  it('lets a passage go that has come back for long, or goes on into itself, so that no loop closes', () => {
    const biasOf = (repetition: number, ...ids: number[]): number => {
      const passage = memoryOf(pitches(0, ...ids)).passage('pitch');
      return passage ? passageBias(repetition, passage) : NaN;
    };
    const scale = Array.from({ length: 40 }, (_, index) => 40 + index);
    assert.equal(biasOf(2, ...scale, ...scale.slice(0, 20)), 2);
    assert.equal(biasOf(2, ...scale, ...scale.slice(0, 35)), 0);
    assert.equal(biasOf(2, 60, 62, 64, 65, 60, 62, 64, 65), 2);
    assert.equal(biasOf(2, 60, 62, 64, 65, 60, 62, 64, 65, 60), 0);
    assert.equal(biasOf(-2, 60, 62, 64, 65, 60, 62, 64, 65, 60), -2);
  });

  it('is a function of the ids, whatever was said and taken back', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 });
    fc.assert(
      fc.property(ids, ids, ids, fc.constantFrom(1, 4), (kept, dropped, said, unit) => {
        const attribute = (index: number): TokenAttribute => (['time', 'pitch', 'velocity', 'duration'] as const)[index % 4];
        const tell = (memory: PassageMemory, more: readonly number[]): void => {
          for (const id of more) {
            memory.push(id, attribute(memory.length));
            memory.passage(attribute(memory.length));
          }
        };
        const memory = new PassageMemory(unit);
        tell(memory, kept);
        tell(memory, dropped);
        memory.truncate(kept.length);
        tell(memory, said);
        const fresh = new PassageMemory(unit);
        tell(fresh, [...kept, ...said]);
        for (const next of ['pitch', 'duration'] as const) assert.deepEqual(again(memory, next), again(fresh, next));
      }),
    );
  });
});
