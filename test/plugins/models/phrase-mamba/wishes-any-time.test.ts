import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { openRecipe } from '../../../../bench/support/open-recipe.js';
import type { Composer } from '../../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../../src/engine/generation/make-composer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { emptyScore } from '../../../../src/engine/music/score.js';
import type { Beats } from '../../../../src/engine/music/units.js';
import { plainControls } from '../../../engine/contracts/composer-contract.js';

const sixteenth: Beats = 0.25;
const near = 1e-6;
const places = (most: Beats): fc.Arbitrary<Beats> => fc.integer({ min: 0, max: most / sixteenth }).map((place) => place * sixteenth);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

const wishes: fc.Arbitrary<MusicConstraint> = fc.record({
  tempo: fc.integer({ min: 60, max: 160 }),
  pitchRange: maybe(fc.integer({ min: 36, max: 66 }).map((low) => ({ low, high: low + 14 }))),
  velocityRange: maybe(fc.constant({ low: 64, high: 106 })),
  durationRange: maybe(fc.constant({ low: 0.25, high: 1 })),
  // They ask for notes at times when the other may have none.
  overTime: fc.constantFrom({}, { maximumRestBeats: 1 }, { onsetsPerBeat: { low: 1, high: 4 } }),
}).map(({ overTime, ...rest }) => ({ ...rest, ...overTime }));

/** A wish that is made `back` beats before where the music stands, and how long it then goes on. */
const turns = fc.array(fc.record({ back: places(6), beats: places(8).map((beats) => beats + 2), wish: wishes }), { minLength: 2, maxLength: 4 });
const pasts = fc.array(fc.record({ rest: places(1.5), duration: places(2), channel: fc.integer({ min: 0, max: 11 }), pitch: fc.integer({ min: 40, max: 80 }) }), { maxLength: 24 });
const meters = fc.constantFrom([4, 4], [3, 4], [6, 8], [5, 4]);

describe('musemorphic, wished for this and that at any time', () => {
  let composer: Composer;

  before(async () => {
    composer = await makeComposer((await openRecipe({ pack: 'musemorphic', threads: '1' })).recipe, () => undefined);
    await composer.prepare();
  });

  after(() => composer.dispose());

  it('keeps it from there on, on its one channel, after whatever was played with whatever', async () => {
    await fc.assert(
      fc.asyncProperty(pasts, meters, fc.integer({ min: 0, max: 127 }), turns, async (past, [numerator, denominator], program, made) => {
        const meter = { numerator, denominator };
        let beat = 0;
        const heard: Note[] = past.map(({ rest, duration, ...note }) => ({ beat: (beat += sixteenth + rest), duration: duration + sixteenth, velocity: 80, ...note }));
        const start = beat + sixteenth;
        await composer.prime({ ...emptyScore, notes: heard, meters: [{ beat: 0, ...meter }], programs: [{ beat: 0, channel: 0, program }] }, start);
        let [stands, music] = [start, [] as readonly Note[]];
        for (const { back, beats, wish } of made) {
          const from = Math.max(start, stands - back);
          await composer.rewind(from);
          const { notes } = await composer.compose(from + beats, { ...plainControls, constraint: { meter, ...wish } }, () => false);
          music = music.filter((note) => note.beat < from);
          assertKept(notes, wish, { from, until: from + beats, onsetBefore: [...heard, ...music].reduce((last, note) => Math.max(last, note.beat), 0) });
          music = [...music, ...notes];
          stands = from + beats;
        }
      }),
      { numRuns: 12, seed: 5 },
    );
  });
});

function assertKept(notes: readonly Note[], wish: MusicConstraint, { from, until, onsetBefore }: Readonly<Record<'from' | 'until' | 'onsetBefore', Beats>>): void {
  const { pitchRange, velocityRange, durationRange, maximumRestBeats, onsetsPerBeat } = wish;
  const isIn = (value: number, range: { low: number; high: number } | undefined): boolean => !range || (value >= range.low - near && value <= range.high + near);
  const stray = notes.find(({ beat, channel, pitch, velocity, duration }) => {
    return channel !== 0 || beat < from || beat >= until || !isIn(pitch, pitchRange) || !isIn(velocity, velocityRange) || !isIn(duration, durationRange);
  });
  assert.equal(stray, undefined);
  const onsets = [onsetBefore, ...notes.map(({ beat }) => beat), until];
  // What was silent for too long by then ends at once.
  const longest = (index: number): Beats => Math.max(maximumRestBeats ?? Infinity, index === 0 ? from - onsetBefore : 0);
  onsets.slice(1).forEach((onset, index) => assert.ok(onset - onsets[index] <= longest(index) + near, `a rest from ${onsets[index]} to ${onset}`));
  for (let beat = Math.ceil(from); onsetsPerBeat && beat + 1 <= until; beat += 1) {
    const count = notes.filter((note) => note.beat >= beat && note.beat < beat + 1).length;
    assert.ok(isIn(count, onsetsPerBeat), `${count} onsets in beat ${beat}`);
  }
}
