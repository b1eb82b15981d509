import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scoreToTicks } from '../../../../src/engine/midi-file/score-ticks.js';
import { scoreOf } from '../../../../src/engine/music/score.js';
import type { TickEvent, TickScore } from '../../../../src/engine/music/tick-score.js';
import { anchors, fileNames, framesOf, note, notesOf, readMidi, scoreOfNotes, tokenizerOf } from './support.js';

const tokenizer = tokenizerOf();
const base = tokenizerOf({ mode: 'base' });
const [start, end, pad] = [4786, 4787, 4788];
const beatAt125 = 4736 + 12;

function words(ids: Iterable<number>): string[] {
  return [...ids].map((id) => tokenizer.vocabulary.describe(id));
}

/** Notes in frames of which a key begins none within 12 frames of another. */
const calmNotes = fc
  .array(
    fc.record({
      start: fc.integer({ min: 0, max: 400 }),
      length: fc.integer({ min: 1, max: 200 }),
      pitch: fc.integer({ min: 0, max: 127 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => {
    const kept: { start: number; end: number; pitch: number; velocity: number }[] = [];
    for (const { start: from, length, pitch, velocity } of all) {
      if (kept.every((each) => each.pitch !== pitch || Math.abs(each.start - from) >= 48 * 2)) {
        kept.push({ start: from, end: from + length, pitch, velocity });
      }
    }
    return kept
      .map((each) => {
        const next = kept.filter(({ pitch, start: from }) => pitch === each.pitch && from > each.start).map(({ start: from }) => from);
        return [each.start, Math.min(each.end, ...next), each.pitch, each.velocity] as const;
      })
      .sort((a, b) => a[0] - b[0] || a[2] - b[2]);
  });

/** Notes of few keys, close together. */
const wildNotes = fc.array(
  fc.record({
    beat: fc.integer({ min: 0, max: 2000 }).map((tick) => tick / 480),
    duration: fc.integer({ min: 1, max: 900 }).map((tick) => tick / 480),
    channel: fc.constant(0),
    pitch: fc.integer({ min: 60, max: 62 }),
    velocity: fc.integer({ min: 1, max: 127 }),
  }),
  { maxLength: 60 },
);

describe('the ids of beat-kmeans', () => {
  it('lie where the format has them', () => {
    const { vocabulary } = tokenizer;
    assert.equal(vocabulary.size, 4789);
    assert.deepEqual([vocabulary.start, vocabulary.end, vocabulary.pad], [[start], end, pad]);
    const described = [0, 2047, 2048, 3071, 3072, 3583].map((id) => vocabulary.describe(id).length);
    assert.deepEqual(described, [48, 48, 24, 24, 12, 12]);
    assert.deepEqual(words([3584, 3711, 3712, 4223, 4224, 4735, 4736, 4785, 4789]), [
      'pitch 0', 'pitch 127', 'velocity code 0', 'velocity code 511', 'reserved 0', 'reserved 511', 'beat at 20 bpm',
      'beat at 495 bpm', 'unknown 4789',
    ]);
  });

  it('tell a note of one beat as tempo, pitch, code and velocity', () => {
    const score = scoreOfNotes(note(0, 48, 60, 100));
    assert.deepEqual([...tokenizer.encode(score)], [start, beatAt125, 3584 + 60, 48 + 47, 3712 + 99, end]);
    assert.deepEqual([...base.encode(score)], [start, beatAt125, 3584 + 60, 48 + 47, end]);
  });

  it('tell keys from the lowest up, a held note in each of its beats, and a silent beat by its tempo', () => {
    const score = scoreOfNotes(note(24, 60, 64, 80), note(0, 12, 48, 30), note(144, 192, 50, 7));
    assert.deepEqual([...tokenizer.encode(score)], [
      start,
      beatAt125, 3584 + 48, 48 + 11, 3712 + 29, 3584 + 64, 48 + 48 * 24 - (24 * 23) / 2 + 23, 3712 + 79,
      beatAt125, 3584 + 64, 11, 3712 + 79,
      beatAt125,
      beatAt125, 3584 + 50, 48 + 47, 3712 + 6,
      end,
    ]);
  });

  it('tell nothing of a score without notes', () => {
    assert.deepEqual([...tokenizer.encode({ ticksPerBeat: 480, tracks: [] })], [start, end]);
    assert.deepEqual(notesOf(tokenizer.decode([start, end])), []);
  });

  it('tell drums only where they are asked for', () => {
    const drums = scoreOfNotes({ ...note(0, 12, 36), channel: 9 }, note(0, 12, 60));
    const pitches = (part: string): number[] => notesOf(tokenizerOf({ part }).decode(tokenizerOf({ part }).encode(drums))).map(({ pitch }) => pitch);
    assert.deepEqual([pitches('pitched'), pitches('drums'), pitches('all')], [[60], [36], [36, 60]]);
  });
});

describe('encoding to beat-kmeans', () => {
  it('rounds to the nearest frame, halves up, at any resolution', () => {
    for (const [ticksPerBeat, tick, frame] of [[480, 4, 0], [480, 5, 1], [96, 1, 1], [96, 3, 2], [1, 3, 144], [32767, 32767, 48]]) {
      const score: TickScore = {
        ticksPerBeat,
        tracks: [[{ type: 'note', tick, duration: ticksPerBeat, channel: 0, pitch: 60, velocity: 64 }]],
      };
      assert.equal(framesOf(tokenizer.decode(tokenizer.encode(score)))[0][0], frame);
    }
  });

  it('gives every note at least one frame', () => {
    assert.deepEqual(framesOf(tokenizer.decode(tokenizer.encode(scoreOfNotes({ ...note(10, 10), duration: 1e-4 })))), [[10, 11, 60, 64]]);
  });

  it('ends a note where the next of its pitch begins, and makes one of two that begin together', () => {
    const score = scoreOfNotes(note(0, 96, 60, 70), note(30, 40, 60, 70), note(30, 60, 60, 60));
    assert.deepEqual(framesOf(tokenizer.decode(tokenizer.encode(score))), [[0, 30, 60, 70], [30, 60, 60, 70]]);
  });

  it('gives a beat the tempo that its length under the tempo map comes to', () => {
    const tempo = (tick: number, bpm: number): TickEvent => ({ type: 'tempo', tick, microsPerBeat: Math.round(60e6 / bpm) });
    const { tracks } = scoreOfNotes(note(0, 240));
    const score: TickScore = { ticksPerBeat: 480, tracks: [[tempo(480, 60), tempo(720, 180), tempo(960, 15), tempo(1440, 900)], ...tracks] };
    const buckets = [...tokenizer.encode(score)].filter((id) => id >= 4736 && id < 4786).map((id) => id - 4736);
    assert.deepEqual(buckets, [12, 9, 2, 49, 49]);
  });

  it('refuses what has no time or too much of it, in one sentence', () => {
    assert.throws(() => tokenizer.encode({ ticksPerBeat: 0, tracks: [] }), { errorName: 'badMidiFile', message: /0 ticks a beat/ });
    const far: TickEvent = { type: 'note', tick: 2 ** 28, duration: 1, channel: 0, pitch: 60, velocity: 1 };
    assert.throws(() => tokenizer.encode({ ticksPerBeat: 1, tracks: [[far]] }), { errorName: 'badMidiFile', message: /268435457 beats/ });
    const long: TickEvent[] = Array.from({ length: 128 }, (_, pitch) => ({ ...far, tick: 0, duration: 200_000, pitch }));
    assert.throws(() => tokenizer.encode({ ticksPerBeat: 1, tracks: [long] }), { errorName: 'badMidiFile', message: /last/ });
  });

  it('comes back to the same ids from their decoding, whatever the notes', () => {
    for (const each of [tokenizer, base, tokenizerOf({}, anchors)]) {
      fc.assert(fc.property(wildNotes, (notes) => {
        const ids = each.encode(scoreToTicks(scoreOf(notes)));
        assert.deepEqual(each.encode(each.decode(ids)), ids);
      }), { numRuns: 200 });
    }
  });
});

describe('decoding beat-kmeans', () => {
  it('gives back onset, length, pitch and velocity of every note struck at most once in a quarter of a beat', () => {
    for (const each of [tokenizer, tokenizerOf({}, anchors)]) {
      fc.assert(fc.property(calmNotes, (notes) => {
        const score = scoreOfNotes(...notes.map(([from, until, pitch, velocity]) => note(from, until, pitch, velocity)));
        assert.deepEqual(framesOf(each.decode(each.encode(score))), notes);
      }), { numRuns: 300 });
    }
  });

  it('gives the velocity of the options to music without velocities', () => {
    const loud = tokenizerOf({ mode: 'base', defaultVelocity: 99 });
    assert.deepEqual(framesOf(loud.decode(loud.encode(scoreOfNotes(note(0, 48, 60, 5))))), [[0, 48, 60, 99]]);
  });

  it('ends a held note at the beat that does not go on with it', () => {
    assert.deepEqual(framesOf(base.decode([beatAt125, 3644, 95, beatAt125, beatAt125, 3644, 95])), [[0, 48, 60, 64], [96, 144, 60, 64]]);
  });

  it('leaves out sound that goes on from nowhere', () => {
    assert.deepEqual(framesOf(base.decode([beatAt125, 3644, 20, beatAt125, 3644, 2048 + 24, 2048 + 25, end])), [[72, 73, 60, 64]]);
  });

  it('takes the tempo from the stream, from the host, or from between', () => {
    const ids = [start, 4736 + 6, 4736 + 6, 4736 + 24, 3644, 95, end];
    const tempos = (options: object): number[][] =>
      tokenizerOf({ mode: 'base', ...options }).decode(ids).tracks.flat()
        .flatMap((event) => (event.type === 'tempo' ? [[event.tick, Math.round(60e6 / event.microsPerBeat)]] : []));
    assert.deepEqual(tempos({}), [[0, 65], [960, 245]]);
    assert.deepEqual(tempos({ rubato: 0, hostBpm: 90 }), [[0, 90]]);
    assert.deepEqual(tempos({ rubato: 0.5, hostBpm: 90 }), [[0, 76], [960, 148]]);
  });

  for (const name of fileNames) {
    it(`gives back every onset and length of ${name} to half a frame, but in quarters of a beat with two onsets of the key`, () => {
      const score = readMidi(name);
      const told = new Set(framesOf(tokenizer.decode(tokenizer.encode(score))).map(([from, until, pitch]) => `${from} ${until} ${pitch}`));
      const notes = settled(notesOf(score), score.ticksPerBeat);
      const onsets = new Map<string, number>();
      const quarter = (frame: number, pitch: number): string => `${Math.floor(frame / 12)} ${pitch}`;
      for (const [from, , pitch] of notes) onsets.set(quarter(from, pitch), (onsets.get(quarter(from, pitch)) ?? 0) + 1);
      const isCrowded = (frame: number, pitch: number): boolean => (onsets.get(quarter(frame, pitch)) ?? 0) > 1;
      const calm = notes.filter(([from, until, pitch]) => !isCrowded(from, pitch) && !isCrowded(until - 1, pitch));
      assert.ok(calm.length > 0.95 * notes.length);
      for (const [from, until, pitch] of calm) assert.ok(told.has(`${from} ${until} ${pitch}`), `${from} ${until} ${pitch}`);
    });
  }
});

/** Notes on the grid as the format defines it, computed the plain way. */
function settled(notes: readonly { tick: number; duration: number; pitch: number }[], ticksPerBeat: number): number[][] {
  const frame = (tick: number): number => Math.floor((48 * tick) / ticksPerBeat + 0.5);
  const all = notes.map(({ tick, duration, pitch }) => [frame(tick), Math.max(frame(tick) + 1, frame(tick + duration)), pitch]);
  return all.flatMap(([from, until, pitch], index) => {
    const together = all.filter((other, at) => other[2] === pitch && other[0] === from && (other[1] > until || (other[1] === until && at < index)));
    if (together.length > 0) return [];
    const next = all.filter((other) => other[2] === pitch && other[0] > from).map((other) => other[0]);
    return [[from, Math.min(until, ...next), pitch]];
  });
}
