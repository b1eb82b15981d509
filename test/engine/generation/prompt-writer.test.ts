import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import type { DecodedEvent } from '../../../src/engine/contracts/tokenizer.js';
import { PromptWriter } from '../../../src/engine/generation/prompt-writer.js';
import { compareNotes, type Note } from '../../../src/engine/music/note.js';
import { emptyScore, scoreOf } from '../../../src/engine/music/score.js';
import type { SkytntOptions } from '../../../src/plugins/tokenizers/skytnt-events/options.js';
import { SkytntTokenizer } from '../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';
import { plainGeneration } from './null-token-composer.js';
import { fixtureRecipe } from './recipes.js';

const { generation, tokenizer: { options } } = fixtureRecipe('tiny-lm');
const rows = new SkytntTokenizer(options as SkytntOptions);
const setup = generation.setup.flat();
const start = [1, 0, 0, 0, 0, 0, 0, 0];

function note(beat: number, channel: number, pitch: number, duration = 1): Note {
  return { beat, duration, channel, pitch, velocity: 80 };
}

function notesOf(prompt: { readonly tokens: readonly number[]; readonly originBeat: number }, tokenizer = rows): Note[] {
  const decoder = tokenizer.startDecoder(prompt.originBeat);
  const events: DecodedEvent[] = prompt.tokens.flatMap((token) => decoder.push(token));
  return events.flatMap((event) => (event.type === 'note' ? [event.note] : [])).sort(compareNotes);
}

/** A row as the format has it: note, time1, time2, track, channel, pitch, velocity, duration. */
function noteRow(time1: number, time2: number, track: number, channel: number, pitch: number, velocity: number, steps: number): number[] {
  return [3, 9 + time1, 137 + time2, 2201 + track, 2329 + channel, 2345 + pitch, 2473 + velocity, 153 + steps];
}

describe('PromptWriter', () => {
  const writer = new PromptWriter(rows, generation, 256);

  it('writes start and setup where there is no past, from the bar line before', () => {
    assert.deepEqual(writer.write(emptyScore, 9.5), { tokens: [...start, ...setup], originBeat: 8 });
  });

  it('writes start, setup and one row a note, in the tracks and channels of the parts, however few of them play', () => {
    const past = scoreOf([note(17, 2, 48), note(17.5, 1, 64, 0.25), note(19.0625, 1, 67, 2)]);
    assert.deepEqual(writer.write(past, 20), {
      tokens: [
        ...start,
        ...setup,
        ...noteRow(1, 0, 3, 2, 48, 80, 16),
        ...noteRow(0, 8, 2, 1, 64, 80, 4),
        ...noteRow(2, 1, 2, 1, 67, 80, 32),
      ],
      originBeat: 16,
    });
  });

  it('keeps the notes where they are, to the sixteenth of a beat', () => {
    const grid = fc.record(
      {
        beat: fc.integer({ min: 64 * 16, max: 70 * 16 - 1 }).map((step) => step / 16),
        duration: fc.integer({ min: 1, max: 64 }).map((step) => step / 16),
        channel: fc.constantFrom(0, 1, 2),
        pitch: fc.nat(127),
        velocity: fc.integer({ min: 1, max: 127 }),
      },
      { noNullPrototype: true },
    );
    const unlike = (one: Note): string => `${one.channel} ${one.pitch}`;
    fc.assert(
      fc.property(fc.uniqueArray(grid, { minLength: 1, maxLength: 20, selector: unlike }), (notes) => {
        const past = scoreOf(notes);
        assert.deepEqual(notesOf(writer.write(past, 70)), past.notes);
      }),
      { numRuns: 60 },
    );
  });

  it('begins alike for some bars while a past grows that does not fit, and tells most of what would', () => {
    const long = new PromptWriter(rows, generation, 2048);
    for (const perBeat of [1, 4]) {
      const song = Array.from({ length: 800 * perBeat }, (_, index) => note(index / perBeat, index % 3, 40 + (index % 30), 0.5));
      const origins = Array.from({ length: 160 }, (_, beat) => {
        const atBeat = 640 + beat;
        const { tokens, originBeat } = long.write(scoreOf(song.filter((each) => each.beat < atBeat && each.beat >= atBeat - 512)), atBeat);
        assert.ok(tokens.length > 2048 * 0.7, `${tokens.length} ids`);
        return originBeat;
      });
      const changes = origins.filter((origin, index) => index > 0 && origin !== origins[index - 1]).length;
      assert.ok(changes <= 160 / 4 / 2, `${changes} beginnings in 40 bars`);
    }
  });

  it('takes the most recent whole bars that fit', () => {
    const past = scoreOf(Array.from({ length: 200 }, (_, index) => note(index / 2, index % 3, 40 + (index % 30), 0.5)));
    const prompt = writer.write(past, 100);
    // 256 ids are 32 rows: start, 8 of setup, and 16 of the 23 notes left are whole bars.
    assert.equal(prompt.tokens.length, (9 + 16) * 8);
    assert.equal(prompt.originBeat, 92);
    assert.deepEqual(notesOf(prompt), past.notes.slice(-16));
  });

  it('takes the end of a bar that is too full', () => {
    const past = scoreOf(Array.from({ length: 64 }, (_, index) => note(8 + index / 16, index % 3, 40 + index, 0.5)));
    const prompt = writer.write(past, 12);
    assert.equal(prompt.originBeat, 8);
    assert.deepEqual(notesOf(prompt), past.notes.slice(-23));
  });

  it('lets the first part lead what no part plays, and leaves out drums that no part plays', () => {
    const past = scoreOf([note(4, 7, 60), note(5, 9, 36), note(6, 1, 62)]);
    assert.deepEqual(notesOf(writer.write(past, 8)), [note(4, 0, 60), note(6, 1, 62)]);
  });

  it('shortens long silences by whole bars', () => {
    const past = scoreOf([note(2, 0, 60), note(53, 0, 62)]);
    const prompt = writer.write(past, 200.5);
    // 147.5 beats of silence before 200.5 leave 15.5, 51 between the two notes leave 15.
    assert.deepEqual(notesOf(prompt).map((each) => each.beat), [170, 185]);
    assert.equal(prompt.originBeat, 168);
  });

  it('follows the meter of the past', () => {
    const past = { ...scoreOf([note(7, 0, 60)]), meters: [{ beat: 1, numerator: 3, denominator: 4 }] };
    assert.equal(writer.write(past, 8).originBeat, 7);
  });

  it('tells programs, tempo and meter in force where no setup tells them', () => {
    const plain = new PromptWriter(rows, plainGeneration, 512);
    const past = {
      ...scoreOf([note(17, 3, 60), note(18, 3, 62)]),
      programs: [{ beat: 0, channel: 3, program: 11 }, { beat: 12, channel: 3, program: 12 }],
      tempos: [{ beat: 2, bpm: 90 }],
    };
    const { tokens, originBeat } = plain.write(past, 20);
    const decoder = rows.startDecoder(originBeat);
    const events = tokens.flatMap((token) => decoder.push(token));
    assert.ok(events.some((event) => event.type === 'program' && event.mark.program === 12));
    assert.ok(!events.some((event) => event.type === 'program' && event.mark.program === 11));
    assert.ok(events.some((event) => event.type === 'tempo' && Math.abs(event.mark.bpm - 90) <= 1));
    assert.ok(decoder.frontierBeat === 18);
  });

  it('serves formats without rows', () => {
    const tokenizer = new NullTokenizer();
    const plain = new PromptWriter(tokenizer, plainGeneration, 60);
    const past = scoreOf(Array.from({ length: 40 }, (_, index) => note(index, 0, 60 + (index % 5), 0.5)));
    const prompt = plain.write(past, 40);
    assert.ok(prompt.tokens.length <= 60);
    assert.equal(prompt.tokens[0], tokenizer.vocabulary.start[0]);
    assert.notEqual(prompt.tokens.at(-1), tokenizer.vocabulary.end);
    const decoder = tokenizer.startDecoder(prompt.originBeat);
    const events = prompt.tokens.flatMap((token) => decoder.push(token));
    assert.deepEqual(
      events.map((event) => event.type === 'note' && [event.note.beat, event.note.pitch]),
      past.notes.filter((each) => each.beat >= prompt.originBeat).map((each) => [each.beat, each.pitch]),
    );
    assert.equal(prompt.originBeat % 4, 0);
  });
});
