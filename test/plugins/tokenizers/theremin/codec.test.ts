import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TickNote, TickScore } from '../../../../src/engine/music/tick-score.js';
import { encodeCharacters } from '../../../../src/plugins/tokenizers/theremin/encode.js';
import { unpackNote } from '../../../../src/plugins/tokenizers/theremin/note-character.js';
import { notesOf, readMidi, scaleOf, tokenizerOf } from './vectors.js';

const ticksPerBeat = 96;

function score(...notes: Partial<TickNote>[]): TickScore {
  const usual = { type: 'note', tick: 0, duration: 48, channel: 0, pitch: 60, velocity: 80 } as const;
  return { ticksPerBeat, tracks: [notes.map((note) => ({ ...usual, ...note }))] };
}

const stepsOf = (given: TickScore, options = {}): number[] =>
  [...encodeCharacters(given, scaleOf(options))].map((character) => unpackNote(character).step);

const notes = fc.array(
  fc.record({
    tick: fc.integer({ min: 0, max: 3000 }),
    duration: fc.integer({ min: 0, max: 600 }),
    pitch: fc.integer({ min: 0, max: 127 }),
    velocity: fc.integer({ min: 1, max: 127 }),
  }),
  { maxLength: 60 },
);

describe('the clean layout', () => {
  it('counts steps of a 24th of a beat from the start of the score', () => {
    assert.deepEqual(stepsOf(score({ tick: 48 }, { tick: 96 }, { tick: 96, pitch: 64 }, { tick: 128 })), [12, 12, 0, 8]);
  });

  it('makes up at the next onset what a long rest cost, and keeps chords together', () => {
    const late = score({ tick: 0 }, { tick: 400 }, { tick: 400, pitch: 64 }, { tick: 448 });
    assert.deepEqual(stepsOf(late), [0, 63, 0, 49]);
    const tokenizer = tokenizerOf('bytes');
    const decoded = tokenizer.decode(tokenizer.encode(late));
    assert.deepEqual(notesOf(decoded).map(({ tick }) => tick / decoded.ticksPerBeat), [0, 2.625, 2.625, 448 / 96]);
  });

  it('plays the shortest duration for half a unit', () => {
    const tokenizer = tokenizerOf('bytes');
    const lengths = [1, 8, 9, 12, 90, 372, 900].map((duration) => {
      const decoded = tokenizer.decode(tokenizer.encode(score({ duration })));
      return notesOf(decoded)[0].duration / decoded.ticksPerBeat;
    });
    assert.deepEqual(lengths, [0.0625, 0.0625, 0.125, 0.125, 1, 3.875, 3.875]);
  });

  it('plays the middles of the velocities that share a number', () => {
    const scale = scaleOf();
    const velocities = [1, 62, 63, 106, 107, 127].map((velocity) => scale.velocity(scale.velocityNumber(velocity)));
    assert.deepEqual(velocities, [32, 32, 85, 85, 117, 117]);
  });

  it('is no further off than half a step, half a duration, and its velocities', () => {
    const tokenizer = tokenizerOf('bytes');
    fc.assert(
      fc.property(notes, (some) => {
        // A note at every beat, so that no rest is too long.
        const beats = Array.from({ length: 33 }, (_, beat) => ({ tick: beat * ticksPerBeat, duration: 90, pitch: 0, velocity: 1 }));
        const given = score(...some, ...beats);
        const decoded = tokenizer.decode(tokenizer.encode(given));
        const scale = scaleOf();
        const near = notesOf(decoded).map(({ tick, duration, pitch, velocity }) => ({ beat: tick / 480, length: duration / 480, pitch, velocity }));
        for (const note of notesOf(given)) {
          const length = Math.min(3.875, note.duration / ticksPerBeat);
          assert.ok(
            near.some(
              (other) =>
                other.pitch === note.pitch &&
                Math.abs(other.beat - note.tick / ticksPerBeat) <= 1 / 48 + 1e-9 &&
                Math.abs(other.length - length) <= 1 / 16 + 1e-9 &&
                scale.velocityNumber(other.velocity) === scale.velocityNumber(note.velocity),
            ),
          );
        }
        assert.equal(near.length, notesOf(given).length);
      }),
      { numRuns: 50 },
    );
  });

  it('encodes what it decoded as it was, whatever the units', () => {
    const options = [{}, { steps_per_beat: 12, durations_per_beat: 4 }, { steps_per_beat: 31.5, durations_per_beat: 1.55 }, { time: 'seconds', bpm: 97 }];
    for (const option of options) {
      const tokenizer = tokenizerOf('bytes', option);
      fc.assert(
        fc.property(notes, (some) => {
          const ids = tokenizer.encode(score(...some));
          assert.deepEqual(tokenizer.encode(tokenizer.decode(ids)), ids);
        }),
        { numRuns: 40 },
      );
    }
  });

  it('says the same with any model', () => {
    const given = readMidi('freedoom1_d_e3m8');
    const decoded = tokenizerOf('bytes').decode(tokenizerOf('bytes').encode(given));
    for (const model of ['shipped', 'small-bpe-bytes.model']) {
      const tokenizer = tokenizerOf(model);
      assert.deepEqual(tokenizer.decode(tokenizer.encode(given)), decoded);
      assert.ok(tokenizer.encode(given).length < tokenizerOf('bytes').encode(given).length / (model === 'shipped' ? 2 : 1));
    }
  });

  it('leaves drums out, or all but drums', () => {
    const given = score({ channel: 9, pitch: 36 }, { channel: 1 }, { channel: 0 });
    const pitches = (parts: string): number[] => {
      const tokenizer = tokenizerOf('bytes', { parts });
      return notesOf(tokenizer.decode(tokenizer.encode(given))).map(({ pitch, channel }) => pitch + 1000 * channel);
    };
    assert.deepEqual(pitches('pitched'), [60, 60]);
    assert.deepEqual(pitches('drums'), [9036]);
    assert.deepEqual(pitches('all'), [36, 60, 60]);
  });

  it('reads seconds by the tempos of the score', () => {
    const tempo = (tick: number, bpm: number) => ({ type: 'tempo', tick, microsPerBeat: 60e6 / bpm }) as const;
    const given: TickScore = { ticksPerBeat, tracks: [[tempo(0, 120), tempo(96, 60)], ...score({ tick: 96 }, { tick: 144 }).tracks] };
    assert.deepEqual(stepsOf(given, { time: 'seconds' }), [32, 31]);
  });

  it('refuses a score whose ticks say no time', () => {
    assert.throws(() => tokenizerOf('bytes').encode({ ticksPerBeat: 0, tracks: [] }), { errorName: 'badMidiFile' });
  });
});
