import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { drumChannel, endBeat, type Note } from '../../../../src/engine/music/note.js';
import { miditok } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/descriptor.js';
import { MiditokTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/tokenizer.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { wildConstraint } from './constraints.js';
import { miditokNamed, readTokenizerFile, tokenizerNames } from './miditok-vectors.js';

/** Random streams of 10,000 ids for each tokenizer file; the full size is 1000. */
const seeds = Math.ceil(Number(process.env.CONTINUO_FUZZ_SEEDS ?? 7) / tokenizerNames.length);
const oneStream = ['remi', 'remi-wide', 'remi-changes', 'remi-bpe', 'remi-bpe-whole'] as const;
const closeTo = 1e-6;

/** Events of a random stream up to where it is complete. */
function play(tokenizer: MiditokTokenizer, constraint: MusicConstraint, seed: number, length: number): DecodedEvent[] {
  const decoder = tokenizer.startDecoder(0);
  const events: DecodedEvent[] = [];
  walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, length, (_state, id) => events.push(...decoder.push(id)));
  return events.filter((event) => beatOf(event) < decoder.frontierBeat);
}

const beatOf = (event: DecodedEvent): number => (event.type === 'note' ? event.note.beat : event.mark.beat);
const notesOf = (events: readonly DecodedEvent[]): Note[] => events.flatMap((event) => (event.type === 'note' ? [event.note] : []));

describe('under a constraint that needs memory, random streams of miditok', () => {
  for (const name of oneStream) {
    const tokenizer = miditokNamed(name);

    it(`never sound more notes than allowed at once, ${name}`, () => {
      const notes = notesOf(play(tokenizer, { maximumPolyphony: 3 }, 1, 3000)).filter(({ channel }) => channel !== drumChannel);
      assert.ok(notes.length > 50);
      for (const { beat } of notes) {
        assert.ok(notes.filter((note) => note.beat <= beat && endBeat(note) > beat + closeTo).length <= 3);
      }
    });

    it(`have as many onsets in each beat as asked for, ${name}`, () => {
      const notes = notesOf(play(tokenizer, { onsetsPerBeat: { low: 1, high: 3 } }, 2, 3000));
      const last = Math.floor(notes[notes.length - 1].beat);
      assert.ok(last > 20);
      for (let beat = 0; beat < last; beat += 1) {
        const count = notes.filter((note) => Math.floor(note.beat + closeTo) === beat).length;
        assert.ok(count >= 1 && count <= 3, `${count} onsets in beat ${beat}`);
      }
    });

    it(`are never silent for longer than allowed, whatever the meter, ${name}`, () => {
      const notes = notesOf(play(tokenizer, { maximumRestBeats: 1 }, 3, 3000));
      notes.slice(1).forEach((note, index) => assert.ok(note.beat - notes[index].beat <= 1 + closeTo));
    });

    it(`choose among the programs given, ${name}`, () => {
      const events = play(tokenizer, { programs: [5, 32] }, 4, 3000);
      const programs = new Set(events.flatMap((event) => (event.type === 'program' ? [event.mark.program] : [])));
      assert.deepEqual([...programs].sort((a, b) => a - b), [5, 32]);
    });

    it(`say the tempo that is wished for before anything sounds, and no other, ${name}`, () => {
      const events = play(tokenizer, { tempo: 100 }, 5, 2000);
      const tempos = new Set(events.flatMap((event) => (event.type === 'tempo' ? [event.mark.bpm] : [])));
      assert.equal(tempos.size, 1);
      assert.ok([...tempos].every((bpm) => Math.abs(bpm - 100) < 3));
      assert.ok(events.findIndex(({ type }) => type === 'tempo') < events.findIndex(({ type }) => type === 'note'));
    });

    it(`hold the notes that are forced, at the nearest place there is, and other notes around, ${name}`, () => {
      const melody = Array.from({ length: 400 }, (_, index): Note => {
        return { beat: index * 0.75 + 0.03, duration: 0.5, channel: 3, pitch: 60 + ((index * 5) % 13), velocity: 90 };
      });
      const drums = Array.from({ length: 300 }, (_, beat): Note => {
        return { beat, duration: 0.25, channel: drumChannel, pitch: 36 + (beat % 3), velocity: 100 };
      });
      const forcedNotes = [...melody, ...drums].sort((a, b) => a.beat - b.beat);
      const notes = notesOf(play(tokenizer, { forcedNotes, programs: [2, 40], onsetsPerBeat: { low: 0, high: 4 } }, 6, 4000));
      const due = forcedNotes.filter(({ beat }) => beat < notes[notes.length - 1].beat - 0.25);
      assert.ok(due.length > 40 && notes.length > due.length);
      for (const { beat, pitch, channel } of due) {
        const found = notes.filter((note) => note.pitch === pitch && (note.channel === drumChannel) === (channel === drumChannel));
        assert.ok(found.some((note) => Math.abs(note.beat - beat) <= 0.126), `pitch ${pitch} at beat ${beat}`);
      }
    });
  }
});

describe('what a miditok file cannot say', () => {
  it('is named: tracks one after another are not live and keep no memory of each other', () => {
    for (const name of ['mmm', 'mmm-bpe'] as const) {
      const fields = ['maximumRestBeats', 'maximumPolyphony', 'onsetsPerBeat', 'forcedNotes'];
      assert.deepEqual(miditokNamed(name).lacks, ['live', ...fields.map((field) => `constraint:${field}`)]);
    }
  });

  it('is named: a tempo where the file has none', () => {
    const content = JSON.parse(readTokenizerFile('remi')) as { config: Record<string, unknown> };
    content.config.use_tempos = false;
    assert.deepEqual(new MiditokTokenizer(JSON.stringify(content)).lacks, ['constraint:tempo']);
  });

  it('is nothing else, and of what the plugin promises', () => {
    for (const name of oneStream) assert.deepEqual(miditokNamed(name).lacks, []);
    for (const name of tokenizerNames) for (const word of miditokNamed(name).lacks) assert.ok(miditok.capabilities.includes(word));
  });
});

describe('miditok at random', () => {
  for (const name of tokenizerNames) {
    it(`gives complete notes alone, streamed as decoded, in ${seeds} streams of 10,000 ids of ${name}`, () => {
      const tokenizer = miditokNamed(name);
      for (let seed = 1; seed <= seeds; seed += 1) {
        const [constraint] = fc.sample(wildConstraint, { numRuns: 1, seed });
        const ids: number[] = [];
        const decoder = tokenizer.startDecoder(0);
        const streamed: Note[] = [];
        walk(tokenizer.grammar, tokenizer.vocabulary.size, seed % 3 === 0 ? {} : constraint, seed, 10_000, (_state, id) => {
          ids.push(id);
          streamed.push(...notesOf(decoder.push(id)));
        });
        const durations = ids.flatMap((id) => tokenizer.vocabulary.describe(id).split(', ')).filter((word) => word.startsWith('Duration')).length;
        assert.equal(streamed.length, durations, `seed ${seed}: every note is certain`);
        const score = tokenizer.decode(ids);
        const whole = score.tracks.flat().flatMap((event) => (event.type === 'note' ? [event] : []));
        const key = (tick: number, channel: number, pitch: number): number => (tick * 16 + channel) * 128 + pitch;
        assert.deepEqual(
          Float64Array.from(streamed, ({ beat, channel, pitch }) => key(Math.round(beat * score.ticksPerBeat), channel, pitch)).sort(),
          Float64Array.from(whole, ({ tick, channel, pitch }) => key(tick, channel, pitch)).sort(),
          `seed ${seed}: incremental is whole`,
        );
      }
    });
  }
});
