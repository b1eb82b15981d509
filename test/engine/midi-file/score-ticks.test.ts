import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scoreToTicks, ticksToScore } from '../../../src/engine/midi-file/score-ticks.js';
import { readTickScore } from '../../../src/engine/midi-file/read-midi-file.js';
import { writeTickScore } from '../../../src/engine/midi-file/write-tick-score.js';
import { compareNotes } from '../../../src/engine/music/note.js';
import { emptyScore, scoreOf, type Score } from '../../../src/engine/music/score.js';

const ticks = 480;
/** Beats that stand on a tick. */
const beat = fc.integer({ min: 0, max: 40 * ticks }).map((tick) => tick / ticks);
const channel = fc.integer({ min: 0, max: 15 });
const data = fc.integer({ min: 0, max: 127 });
const byBeat = <T extends { beat: number }>(marks: T[]): T[] => [...marks].sort((a, b) => a.beat - b.beat);

/** One tempo, meter and key at most at a beat, and no two notes of one pitch that sound together: what a file can tell. */
const score: fc.Arbitrary<Score> = fc.record({
  notes: fc
    .array(
      fc.record({
        beat,
        duration: fc.integer({ min: 1, max: 4 * ticks }).map((length) => length / ticks),
        channel,
        pitch: data,
        velocity: fc.integer({ min: 1, max: 127 }),
      }),
      { maxLength: 40 },
    )
    .map((notes) => {
      const free = new Map<string, number>();
      return notes.sort(compareNotes).filter((note) => {
        const key = `${note.channel} ${note.pitch}`;
        if ((free.get(key) ?? 0) > note.beat) return false;
        free.set(key, note.beat + note.duration);
        return true;
      });
    }),
  programs: fc.array(fc.record({ beat, channel, program: data }), { maxLength: 6 }).map(byBeat),
  controls: fc.array(fc.record({ beat, channel, controller: data, value: data }), { maxLength: 6 }).map(byBeat),
  tempos: fc
    .uniqueArray(fc.record({ beat, bpm: fc.integer({ min: 60_061, max: 3_000_000 }).map((micros) => 60e6 / micros) }), {
      selector: (mark) => mark.beat,
      maxLength: 4,
    })
    .map(byBeat),
  meters: fc
    .uniqueArray(
      fc.record({ beat, numerator: fc.integer({ min: 1, max: 16 }), denominator: fc.constantFrom(1, 2, 4, 8, 16, 32) }),
      { selector: (mark) => mark.beat, maxLength: 4 },
    )
    .map(byBeat),
  keys: fc
    .uniqueArray(fc.record({ beat, sharps: fc.integer({ min: -7, max: 7 }), minor: fc.boolean() }), {
      selector: (mark) => mark.beat,
      maxLength: 4,
    })
    .map(byBeat),
});

/** A score in an order that does not depend on the order of equals, bpm and durations rounded to a millionth. */
function canonical(value: Score): unknown {
  const text = (items: readonly object[]): string[] =>
    items
      .map((item) => JSON.stringify(Object.entries(item).sort(), (_key, part: unknown) => {
        return typeof part === 'number' ? Number(part.toFixed(6)) : part;
      }))
      .sort();
  return Object.fromEntries(Object.entries(value).map(([name, items]) => [name, text(items as object[])]));
}

describe('a score on ticks', () => {
  it('comes back from ticks as it was', () => {
    fc.assert(fc.property(score, (original) => {
      assert.deepEqual(canonical(ticksToScore(scoreToTicks(original))), canonical(original));
    }));
  });

  it('comes back from a file as it was', () => {
    fc.assert(fc.property(score, (original) => {
      const file = writeTickScore(scoreToTicks(original));
      assert.deepEqual(canonical(ticksToScore(readTickScore(file))), canonical(original));
    }));
  });

  it('puts time first, then one track a channel', () => {
    const note = { beat: 1.5, duration: 0.25, channel: 3, pitch: 60, velocity: 90 };
    const value = scoreOf([note, { ...note, channel: 9 }], { tempos: [{ beat: 0, bpm: 120 }] });
    assert.deepEqual(scoreToTicks(value, 96), {
      ticksPerBeat: 96,
      tracks: [
        [{ type: 'tempo', tick: 0, microsPerBeat: 500000 }],
        [{ type: 'note', tick: 144, duration: 24, channel: 3, pitch: 60, velocity: 90 }],
        [{ type: 'note', tick: 144, duration: 24, channel: 9, pitch: 60, velocity: 90 }],
      ],
    });
  });

  it('sets a program of a tick before the notes of that tick', () => {
    const note = { beat: 1, duration: 1, channel: 0, pitch: 60, velocity: 90 };
    const value = scoreOf([note], { programs: [{ beat: 1, channel: 0, program: 5 }] });
    assert.deepEqual(scoreToTicks(value).tracks[1].map(({ type }) => type), ['program', 'note']);
  });

  it('gives the shortest note one tick', () => {
    const note = { beat: 0, duration: 0.0001, channel: 0, pitch: 60, velocity: 90 };
    assert.equal(ticksToScore(scoreToTicks(scoreOf([note]))).notes[0].duration, 1 / 480);
  });

  it('refuses what happens before beat 0', () => {
    const note = { beat: -1, duration: 1, channel: 0, pitch: 60, velocity: 90 };
    assert.throws(() => scoreToTicks(scoreOf([note])), { errorName: 'badValue', message: /beat -1.*shift/ });
  });

  it('leaves out what is no music', () => {
    const value = ticksToScore({
      ticksPerBeat: 480,
      tracks: [
        [
          { type: 'note', tick: 0, duration: 1, channel: 16, pitch: 60, velocity: 90 },
          { type: 'note', tick: 0, duration: 1, channel: 0, pitch: 200, velocity: 90 },
          { type: 'note', tick: 0, duration: 1, channel: 0, pitch: 60, velocity: 0 },
          { type: 'control', tick: 0, channel: 0, controller: 7, value: 168 },
          { type: 'program', tick: 0, channel: 0, program: 128 },
          { type: 'tempo', tick: 0, microsPerBeat: 0 },
          { type: 'meter', tick: 0, numerator: 0, denominatorPower: 2, clocksPerClick: 24, thirtySecondsPerBeat: 8 },
          { type: 'key', tick: 0, sharps: 8, minor: false },
        ],
      ],
    });
    assert.deepEqual(value, emptyScore);
  });

  it('holds tempos to the range of the engine', () => {
    const tempos = [1, 16_777_215].map((microsPerBeat, tick) => ({ type: 'tempo', tick, microsPerBeat }) as const);
    assert.deepEqual(ticksToScore({ ticksPerBeat: 1, tracks: [tempos] }).tempos.map(({ bpm }) => bpm), [999, 20]);
  });
});
