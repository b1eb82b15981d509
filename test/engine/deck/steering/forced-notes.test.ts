import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import { AskedComposer, barOf, takeOf, write } from './support.js';

const melody = 'C5:1 E5:0.5 G5:0.5 r:1 C6:1';
const melodyNotes = [[0, 72], [1, 76], [1.5, 79], [3, 84]] as const;

describe('forced notes', () => {
  it('begin at the next bar that is not committed, and stand exactly', async () => {
    const take = await takeOf(() => new NullComposer());
    await write(take, 'force', melody);
    await take.playUntil(12);
    const bar = barOf(take, 1);
    for (const note of melodyNotes) assert.equal(bar.filter(([beat, pitch]) => beat === note[0] && pitch === note[1]).length, 1, JSON.stringify(bar));
    await take.end();
    assert.equal(take.recorder.hanging, 0);
  });

  it('begin where they are told to, and not where that is committed', async () => {
    const take = await takeOf(() => new NullComposer());
    await write(take, 'force', '[{"beat": 0.3, "pitch": 90, "duration": 0.1}]', 5.25);
    await assert.rejects(write(take, 'force', 'C4', 1), /past, or committed/);
    await take.playUntil(8);
    assert.ok(take.recorder.score().notes.some(({ beat, pitch }) => pitch === 90 && Math.abs(beat - 5.55) < 1e-9));
    await take.end();
  });

  it('are told to the composer in its own beats', async () => {
    const composer = new AskedComposer();
    const take = await takeOf(() => composer);
    await write(take, 'force', melody);
    await take.playUntil(4.5);
    const asked = composer.asked.flatMap(({ constraint }) => constraint.forcedNotes ?? []);
    assert.deepEqual([...new Set(asked.map(({ beat, pitch }) => `${beat} ${pitch}`))], melodyNotes.map(([beat, pitch]) => `${4 + beat} ${pitch}`));
    await take.end();
  });

  it('stay what they are when a knob is turned', async () => {
    const take = await takeOf(() => new NullComposer());
    await write(take, 'force', melody);
    await take.playUntil(3);
    await write(take, 'temperature', 0.5);
    await write(take, 'grid', '1/2');
    await take.playUntil(12);
    for (const note of melodyNotes) assert.ok(barOf(take, 1).some(([beat, pitch]) => beat === note[0] && pitch === note[1]));
    await take.end();
  });

  it('sound exactly where the music has moved to when the host jumps, wherever it jumps to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 3, max: 11 }), async (toBeat, atBeat) => {
        const take = await takeOf(() => new NullComposer());
        await write(take, 'force', melody, 16);
        await take.playUntil(atBeat);
        take.ensemble.follow({ bpm: 120, beatOrigin: toBeat, timeOrigin: atBeat * 500_000 - 1 });
        await take.playUntil(atBeat + 24);
        await take.end();
        // Bar lines stay bar lines: what came at the next beat that stands in its bar where `toBeat` does comes there.
        const by = -4 * Math.ceil((atBeat - toBeat) / 4 - 1e-6);
        for (const [beat, pitch] of melodyNotes) {
          const sounded = take.recorder.score().notes.filter((note) => note.pitch === pitch && Math.abs(note.beat - 16 - beat - by) < 1e-9);
          assert.equal(sounded.length, 1, `${pitch} at ${16 + beat + by}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are refused with a sentence where they cannot be read, or nobody plays', async () => {
    const take = await takeOf(() => new NullComposer());
    await assert.rejects(write(take, 'force', 'X9'), /These notes cannot be played: "X9" is no pitch/);
    await assert.rejects(write(take, 'force', ''), /no notes/);
    await take.end();
    await assert.rejects(write(take, 'force', 'C4'), /plays no pack/);
  });

  it('are let go of where they are not committed', async () => {
    const take = await takeOf(() => new NullComposer());
    await write(take, 'force', melody);
    await write(take, 'plan', 'A A', 1);
    await write(take, 'forget-forced');
    await take.playUntil(12);
    assert.deepEqual(barOf(take, 1), [[0, 64], [1, 65], [2, 66], [3, 67]]);
    take.ensemble.publishCounters();
    assert.equal(take.parameters.number('deck/1/forced'), 0);
    await take.end();
  });

  it('lie over each other, and over a bar that comes again and is asked for after them; what is asked for then goes behind that bar', async () => {
    const take = await takeOf(() => new NullComposer());
    for (const pitch of ['C7', 'D7']) await write(take, 'force', `${pitch}:1`);
    await write(take, 'copy-bar', 0);
    await write(take, 'force', 'E7:1');
    await write(take, 'copy-bar', 0);
    await take.playUntil(16);
    const highOf = (bar: number): readonly number[] => barOf(take, bar).filter(([, pitch]) => pitch > 90).map(([, pitch]) => pitch);
    assert.deepEqual([1, 2, 3].map(highOf), [[96, 98], [100], []]);
    const withoutThem = (bar: number): unknown => barOf(take, bar).filter(([, pitch]) => pitch < 90);
    assert.deepEqual([withoutThem(1), withoutThem(2)], [barOf(take, 0), barOf(take, 0)]);
    await take.end();
  });

  it('are refused where one passage has more of them than a deck takes at once, with what helps', async () => {
    const take = await takeOf(() => new NullComposer());
    const text = Array.from({ length: 4097 }, () => '60').join(' ');
    await assert.rejects(write(take, 'force', text), { errorName: 'badValue', message: 'This has 4097 notes; a deck takes 4096 at once: give a shorter part.' });
    await take.end();
  });

  it('are no more than a deck can hold', async () => {
    const take = await takeOf(() => new NullComposer());
    const many = Array.from({ length: 2000 }, () => '60').join(' ');
    await write(take, 'force', many);
    await write(take, 'force', many);
    await assert.rejects(write(take, 'force', many), /4096 forced notes at most/);
    await take.end();
  });
});
