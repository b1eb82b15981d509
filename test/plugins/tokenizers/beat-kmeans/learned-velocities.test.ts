import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { constantCode } from '../../../../src/plugins/tokenizers/beat-kmeans/velocity-codec.js';
import { tableVelocities } from '../../../../src/plugins/tokenizers/beat-kmeans/velocity-table.js';
import { fileNames, learned, notesOf, readMidi, tokenizerOf } from './support.js';

function onsetsAt(frames: readonly number[]): { onsetLow: number; onsetHigh: number } {
  const bits = (from: number): number => frames.reduce((all, frame) => (frame >= from && frame < from + 24 ? all | (1 << (frame - from)) : all), 0);
  return { onsetLow: bits(0), onsetHigh: bits(24) };
}

const frames = fc.uniqueArray(fc.integer({ min: 0, max: 47 }), { minLength: 1, maxLength: 6 }).map((all) => all.sort((a, b) => a - b));
const struck = frames.chain((at) => fc.tuple(fc.constant(at), fc.array(fc.integer({ min: 1, max: 127 }), { minLength: at.length, maxLength: at.length })));

function told(code: number, at: readonly number[]): number[] {
  return at.map((_, index) => learned.velocity(code, index, onsetsAt(at)));
}

describe('the learned velocities of beat-kmeans', () => {
  it('are to the bit those of the script that learned them', () => {
    const vectors = JSON.parse(readFileSync(join(repositoryRoot, 'test/fixtures/beat-kmeans/velocity-courses.json'), 'utf8')) as {
      frames: number[];
      courses: number[][];
    }[];
    assert.ok(vectors.length > 4);
    for (const { frames: at, courses } of vectors) {
      assert.deepEqual(Array.from({ length: 512 }, (_, code) => told(code, at)), courses);
    }
  });

  it('tell one velocity exactly, with the code the table has for it', () => {
    for (let each = 1; each <= 127; each += 1) {
      for (const at of [[7], [0, 24], [0, 12, 24, 36, 47]]) {
        assert.equal(learned.nearest(new Array<number>(at.length).fill(each), onsetsAt(at)), constantCode(each));
        assert.deepEqual(told(constantCode(each), at), new Array<number>(at.length).fill(each));
      }
    }
  });

  it('say whole velocities of MIDI with all 512 codes, the learned ones from soft to loud', () => {
    fc.assert(fc.property(frames, (at) => {
      for (let code = 0; code < 512; code += 1) assert.ok(told(code, at).every((each) => Number.isInteger(each) && each >= 1 && each <= 127));
    }), { numRuns: 20 });
    const levels = Array.from({ length: 385 }, (_, index) => told(127 + index, [0])[0]);
    assert.deepEqual(levels, [...levels].sort((a, b) => a - b));
  });

  it('choose the code with the least squared distance, the lowest of several', () => {
    fc.assert(fc.property(struck, ([at, velocities]) => {
      const distances = Array.from({ length: 512 }, (_, code) =>
        told(code, at).reduce((sum, each, index) => sum + (each - velocities[index]) ** 2, 0));
      assert.equal(learned.nearest(velocities, onsetsAt(at)), distances.indexOf(Math.min(...distances)));
    }));
  });

  it('choose again for what they told the code that told it', () => {
    fc.assert(fc.property(struck, ([at, velocities]) => {
      const code = learned.nearest(velocities, onsetsAt(at));
      assert.equal(learned.nearest(told(code, at), onsetsAt(at)), code);
    }));
  });

  it('forget what they worked out once it is too much, and go on saying the same', () => {
    const before = told(300, [1, 2, 3]);
    for (let high = 1; high < 5000; high += 1) {
      const count = 3 + high.toString(2).replaceAll('0', '').length;
      learned.nearest(Array.from({ length: count }, (_, index) => 60 + index), { onsetLow: 7, onsetHigh: high });
    }
    assert.deepEqual(told(300, [1, 2, 3]), before);
  });

  it('change nothing but velocities, and come nearer to those of real music than the table', () => {
    const table = tokenizerOf({ velocities: 'table' });
    const tokenizer = tokenizerOf();
    const errors = [0, 0];
    for (const name of fileNames) {
      const score = readMidi(name);
      const [byCode, byTable] = [tokenizer.decode(tokenizer.encode(score)), table.decode(table.encode(score))].map(notesOf);
      assert.deepEqual(byCode.map((note) => ({ ...note, velocity: 0 })), byTable.map((note) => ({ ...note, velocity: 0 })));
      const given = new Map(notesOf(score).map((note) => [`${Math.round((48 * note.tick) / score.ticksPerBeat)} ${note.pitch}`, note.velocity]));
      [byCode, byTable].forEach((notes, which) => {
        for (const { tick, pitch, velocity } of notes) errors[which] += Math.abs(velocity - (given.get(`${tick / 10} ${pitch}`) ?? velocity));
      });
    }
    assert.ok(errors[0] < errors[1], `${errors}`);
  });

  it('mean the same as the table where a key is struck once', () => {
    for (let code = 0; code < 127; code += 1) {
      assert.equal(learned.velocity(code, 0, onsetsAt([5])), tableVelocities.velocity(code, 0, onsetsAt([5])));
    }
  });
});
