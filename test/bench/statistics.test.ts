import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compare, distributionsOf, jensenShannon, kolmogorovSmirnov } from '../../bench/statistics/comparison.js';
import { randomised, shuffled } from '../../bench/statistics/controls.js';
import { excerptOf } from '../../bench/statistics/excerpt.js';
import { statisticsOf, windowFeatures } from '../../bench/statistics/music-statistics.js';
import { makeReference } from '../../bench/statistics/reference.js';
import { readTimedNotes, type TimedNotes } from '../../bench/statistics/timed-notes.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { repositoryRoot } from '../../src/engine/paths.js';

interface Vectors {
  readonly files: readonly { file: string; notes: number; windows: readonly Record<string, number>[] }[];
  readonly reference: { features: Record<string, number[]>; histograms: Record<string, number[]> };
  readonly comparison: { features: Record<string, number>; histograms: Record<string, number | null>; medianKs: number; windows: number };
}

const fixtures = join(repositoryRoot, 'test/fixtures');
const vectors = JSON.parse(readFileSync(join(fixtures, 'quality/statistics.json'), 'utf8')) as Vectors;
const open = (file: string): TimedNotes => readTimedNotes(readFileSync(join(fixtures, file)));
const [pop, bach, song, game] = vectors.files.map(({ file }) => open(file));

describe('the statistics of music', () => {
  for (const { file, notes, windows } of vectors.files) {
    it(`says of ${file} what the other implementation says`, () => {
      const piece = open(file);
      const found = windowFeatures(piece.notes, piece.ticksPerBeat);
      assert.equal(piece.notes.length, notes);
      assert.equal(found.length, windows.length);
      windows.forEach((window, index) => {
        assert.deepEqual(Object.keys(found[index]).sort(), Object.keys(window).sort());
        for (const [name, value] of Object.entries(window)) {
          assert.ok(Math.abs(found[index][name] - value) <= 1e-7 * Math.max(1, Math.abs(value)), `${name} of window ${index}: ${found[index][name]}, not ${value}`);
        }
      });
    });
  }

  it('distributes several files as the other implementation does', () => {
    const { features, histograms } = distributionsOf(statisticsOf([bach, pop, song]));
    assert.deepEqual(features, vectors.reference.features);
    assert.deepEqual(histograms, vectors.reference.histograms);
  });

  it('finds the distances that the other implementation finds', () => {
    const reference = distributionsOf(statisticsOf([bach, pop, song]));
    const { features, histograms, medianKs, windows } = compare(reference, statisticsOf([game]));
    assert.equal(windows, vectors.comparison.windows);
    assert.deepEqual(features, vectors.comparison.features);
    assert.deepEqual(histograms, vectors.comparison.histograms);
    assert.equal(medianKs, vectors.comparison.medianKs);
  });

  it('finds no distance from music to itself, and all there is to music of another world', () => {
    assert.equal(jensenShannon([1, 2, 0], [2, 4, 0]), 0);
    assert.equal(jensenShannon([1, 0], [0, 5]), 1);
    assert.equal(jensenShannon([0, 0], [1, 0]), null);
    const quantiles = Array.from({ length: 21 }, (_, index) => index);
    assert.equal(kolmogorovSmirnov(quantiles, [30, 40]), 1);
    assert.ok(kolmogorovSmirnov(quantiles, Array.from({ length: 2000 }, (_, index) => index / 100)) < 0.01);
  });

  it('cannot be told of a piece of one note', () => {
    const { windows, unusable } = statisticsOf([{ notes: pop.notes.slice(0, 1), ticksPerBeat: pop.ticksPerBeat }]);
    assert.deepEqual([windows.length, unusable], [0, 1]);
  });

  it('refuses bytes that are no MIDI file in words', () => {
    assert.throws(() => readTimedNotes(new Uint8Array(8)), (error) => error instanceof ContinuoError && error.errorName === 'badMidiFile');
  });
});

describe('a reference', () => {
  it('puts real music nearer than shuffled, and shuffled nearer than random', () => {
    const { real, shuffled: mixed, random } = makeReference({ name: 'pop', licence: 'MIT', source: 'fixtures', test: [pop], others: [pop], bars: 32 });
    assert.ok(real.medianKs <= mixed.medianKs && mixed.medianKs < random.medianKs, `${real.medianKs}, ${mixed.medianKs}, ${random.medianKs}`);
    assert.ok(real.features.top_interval4_repeat < mixed.features.top_interval4_repeat);
  });

  it('takes an excerpt of whole bars out of the middle', () => {
    const { notes, ticksPerBeat } = excerptOf(pop, 8);
    const beats = notes.map((note) => note.startTick / ticksPerBeat);
    assert.ok(notes.length > 0 && beats[0] >= 4 && (beats.at(-1) as number) < Math.floor(beats[0] / 4) * 4 + 36);
  });

  it('keeps times and lengths when it shuffles, and the number of notes when it does not keep them', () => {
    const times = ({ notes }: TimedNotes): number[] => notes.map((note) => note.startTick).sort((a, b) => a - b);
    const pitches = ({ notes }: TimedNotes): number[] => notes.map((note) => note.pitch).sort((a, b) => a - b);
    assert.deepEqual(times(shuffled(pop, 1)), times(pop));
    assert.deepEqual(pitches(shuffled(pop, 1)), pitches(pop));
    assert.deepEqual(shuffled(pop, 1), shuffled(pop, 1));
    assert.notDeepEqual(shuffled(pop, 1), shuffled(pop, 2));
    assert.equal(randomised(pop, 1).notes.length, pop.notes.length);
  });
});
