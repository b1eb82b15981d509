import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AllowedTokens, type DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { drumChannel, endBeat, type Note } from '../../../../src/engine/music/note.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { wildConstraint } from './constraints.js';

/** `CONTINUO_FUZZ_SEEDS=1000` for the whole of it. */
const seeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 8);

const base = new RemiTokenizer({ encoding: 'base' });
const bpe = new RemiTokenizer({ encoding: 'bpe' });

/** What may come after these ids. */
function allowedAfter(tokenizer: RemiTokenizer, words: readonly string[], constraint: MusicConstraint): string[] {
  const { grammar, vocabulary } = tokenizer;
  const ids = words.map((word) => Array.from({ length: vocabulary.size }, (_, id) => id).find((id) => vocabulary.describe(id) === word) ?? -1);
  const state = ids.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
  const allowed = new AllowedTokens(vocabulary.size);
  grammar.allow(state, constraint, allowed);
  return [...allowed.ids.subarray(0, allowed.count)].sort((a, b) => a - b).map((id) => vocabulary.describe(id));
}

const range = (name: string, low: number, high: number): string[] =>
  Array.from({ length: high - low + 1 }, (_, index) => `${name} ${low + index}`);

/** Events of a random stream, in the order they come. */
function play(tokenizer: RemiTokenizer, constraint: MusicConstraint, seed: number, length: number): DecodedEvent[] {
  const decoder = tokenizer.startDecoder(0);
  const events: DecodedEvent[] = [];
  walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, length, (_state, id) => {
    events.push(...decoder.push(id));
  });
  // What is not past is not complete.
  return events.filter((event) => beatOf(event) < decoder.frontierBeat);
}

const beatOf = (event: DecodedEvent): number => (event.type === 'note' ? event.note.beat : event.mark.beat);

function notesOf(events: readonly DecodedEvent[]): Note[] {
  return events.flatMap((event) => (event.type === 'note' ? [event.note] : [])).sort((a, b) => a.beat - b.beat);
}

const track = ['bar', 'track start', 'program 3'];

describe('the remi-bpe grammar', () => {
  it('goes from bar to track to position to note, and back', () => {
    assert.deepEqual(allowedAfter(base, [], {}), ['bar']);
    assert.deepEqual(allowedAfter(base, ['bar'], {}).slice(0, 3), ['bar', 'track start', 'tempo 30']);
    assert.deepEqual(allowedAfter(base, ['bar', 'meter 3/4', 'tempo 30'], {}), ['bar', 'track start']);
    assert.deepEqual(allowedAfter(base, ['bar', 'meter 3/4', 'track start', 'program 3'], {}), range('position', 0, 11));
    assert.deepEqual(allowedAfter(base, [...track, 'position 3', 'pitch 60', 'velocity 66'], {}).length, 16);
    const note = [...track, 'position 13', 'pitch 125', 'velocity 66', 'duration 4/16'];
    assert.deepEqual(allowedAfter(base, note, {}), ['track end', 'position 14', 'position 15', 'pitch 126', 'pitch 127']);
    assert.deepEqual(allowedAfter(base, [...note, 'track end', 'track start'], {}), [...range('program', 4, 127), 'program drums']);
  });

  it('ends a piece between tracks where it is asked for', () => {
    assert.ok(allowedAfter(base, ['bar'], { eventKinds: ['end'] }).includes('end'));
    assert.deepEqual(allowedAfter(base, ['bar', 'end'], {}), ['bar']);
  });

  it('leaves out tempos and meters where kinds of event are named', () => {
    assert.deepEqual(allowedAfter(base, ['bar'], { eventKinds: [] }), ['bar', 'track start']);
  });

  it('offers a merged id only where all that it spells may stand', () => {
    const words = allowedAfter(bpe, [...track, 'position 12', 'pitch 60', 'velocity 66'], { pitchRange: { low: 60, high: 71 } });
    assert.ok(words.some((word) => word.includes(', ')));
    for (const word of words) {
      for (const [, position] of word.matchAll(/position (\d+)/g)) assert.ok(Number(position) > 12);
      for (const [, pitch] of word.matchAll(/pitch (\d+)/g)) assert.ok(Number(pitch) >= 60 && Number(pitch) <= 71);
    }
  });

  it('says in words what is wrong with an id', () => {
    assert.throws(() => base.grammar.advance(base.grammar.initial(), 83), {
      errorName: 'badTokens',
      message: 'Id 83 (pitch 60) cannot come here: due is one of bar.',
    });
  });

  it('takes a chord before a scale where the two leave nothing', () => {
    const strict = (pitchClasses: readonly number[]): { pitchClasses: readonly number[]; strict: boolean; bias: number } => {
      return { pitchClasses, strict: true, bias: 0 };
    };
    const pitchRange = { low: 60, high: 71 };
    const pitches = (constraint: MusicConstraint): string[] => allowedAfter(base, [...track, 'position 0'], { pitchRange, ...constraint });
    assert.deepEqual(pitches({ scale: strict([0, 2, 4]), chord: strict([0, 4, 7]) }), ['pitch 60', 'pitch 64']);
    assert.deepEqual(pitches({ scale: strict([1]), chord: strict([0, 7]) }), ['pitch 60', 'pitch 67']);
    assert.deepEqual(pitches({ pitchRange: { low: 60, high: 61 }, scale: strict([1]), chord: strict([7]) }), ['pitch 61']);
  });

  it('asks for a note on the line where the rest before it was too long already, and from there on for no more than ever', () => {
    const note = (position: number): string[] => [`position ${position}`, 'pitch 60', 'velocity 66', 'duration 4/16'];
    const silentSince = [...track, ...note(0), 'track end', 'bar'];
    const maximumRestBeats = 1;
    assert.deepEqual(allowedAfter(base, [...silentSince, ...track.slice(1)], { maximumRestBeats }), ['position 0']);
    const played = [0, 4, 8].flatMap(note);
    assert.deepEqual(allowedAfter(base, [...silentSince, ...track.slice(1), ...played], { maximumRestBeats }).filter((word) => !word.startsWith('pitch')), range('position', 9, 12));
    assert.ok(allowedAfter(base, [...silentSince, ...track.slice(1), ...played, ...note(12), 'track end'], { maximumRestBeats }).includes('bar'));
  });

  it('makes an id less likely for each pitch in it off the scale', () => {
    const { grammar, vocabulary } = bpe;
    const allowed = new AllowedTokens(vocabulary.size);
    const ids = ['bar', 'track start', 'program 0', 'position 0'].map((word) => {
      return Array.from({ length: 382 }, (_, id) => id).find((id) => vocabulary.describe(id) === word) ?? -1;
    });
    const state = ids.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
    grammar.allow(state, { scale: { pitchClasses: [0], strict: false, bias: 2 } }, allowed);
    for (let index = 0; index < allowed.count; index += 1) {
      const pitches = [...vocabulary.describe(allowed.ids[index]).matchAll(/pitch (\d+)/g)].map((match) => Number(match[1]));
      assert.equal(allowed.biases[index], 0 - 2 * pitches.filter((pitch) => pitch % 12 !== 0).length);
    }
  });
});

describe('under a constraint that needs memory, random streams of both encodings', () => {
  for (const [name, tokenizer] of [['base', base], ['bpe', bpe]] as const) {
    it(`never sound more notes than allowed at once, ${name}`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const notes = notesOf(play(tokenizer, { maximumPolyphony: 3 }, seed, 2000)).filter(({ channel }) => channel !== drumChannel);
        assert.ok(notes.length > 50);
        for (const { beat } of notes) assert.ok(notes.filter((note) => note.beat <= beat && endBeat(note) > beat).length <= 3);
      }
    });

    it(`have as many onsets in each beat as asked for, ${name}`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const notes = notesOf(play(tokenizer, { onsetsPerBeat: { low: 1, high: 3 }, eventKinds: [] }, seed, 3000));
        const last = Math.floor(notes[notes.length - 1].beat);
        for (let beat = 0; beat < last; beat += 1) {
          const count = notes.filter((note) => Math.floor(note.beat) === beat).length;
          assert.ok(count >= 1 && count <= 3, `seed ${seed}: ${count} onsets in beat ${beat}`);
        }
      }
    });

    it(`are never silent for longer than allowed, whatever the meter, ${name}`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const notes = notesOf(play(tokenizer, { maximumRestBeats: 1 }, seed, 2000));
        notes.slice(1).forEach((note, index) => assert.ok(note.beat - notes[index].beat <= 1));
      }
    });

    it(`choose among the programs given, ${name}`, () => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const events = play(tokenizer, { programs: [5, 32] }, seed, 2000);
        const programs = events.flatMap((event) => (event.type === 'program' ? [event.mark.program] : []));
        assert.ok(programs.includes(32) && programs.every((program) => program === 5 || program === 32));
      }
    });

    it(`say the tempo that is wished for before anything sounds, and no other, ${name}`, () => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const events = play(tokenizer, { tempo: 99 }, seed, 1000);
        const tempos = events.flatMap((event) => (event.type === 'tempo' ? [event.mark] : []));
        assert.deepEqual(tempos[0], { beat: 0, bpm: 98 });
        assert.ok(tempos.every(({ bpm }) => bpm === 98));
      }
    });
  }

  const melody: readonly Note[] = Array.from({ length: 400 }, (_, index) => {
    return { beat: index * 0.75, duration: 0.5, channel: 3, pitch: 60 + ((index * 5) % 13), velocity: 90 };
  });
  const drumming: readonly Note[] = Array.from({ length: 300 }, (_, beat) => {
    return { beat, duration: 0.25, channel: drumChannel, pitch: 36 + (beat % 3), velocity: 100 };
  });
  for (const [name, tokenizer] of [['base', base], ['bpe', bpe]] as const) {
    for (const [what, given] of [['a melody', melody], ['drums', drumming], ['both', [...melody, ...drumming].sort((a, b) => a.beat - b.beat)]] as const) {
      it(`hold ${what} as given, and other notes around, ${name}`, () => {
        for (let seed = 1; seed <= 4; seed += 1) {
          const notes = notesOf(play(tokenizer, { forcedNotes: given, programs: [2, 40, 60], maximumPolyphony: 4 }, seed, 3000));
          const last = Math.min(notes[notes.length - 1].beat, 200);
          assert.ok(last > 8);
          const heard = new Set(notes.map(({ beat, pitch, channel, velocity, duration }) => {
            return [beat, pitch, channel === drumChannel, velocity, duration].join();
          }));
          const due = given.filter(({ beat }) => beat <= last);
          for (const { beat, pitch, channel, duration } of due) {
            const velocity = channel === drumChannel ? 102 : 90;
            assert.ok(heard.has([beat, pitch, channel === drumChannel, velocity, duration].join()), `seed ${seed}, beat ${beat}`);
          }
          const drumsDue = due.filter(({ channel }) => channel === drumChannel).length;
          if (drumsDue > 0) assert.equal(notes.filter(({ channel, beat }) => channel === drumChannel && beat <= last).length, drumsDue);
          assert.ok(notes.length > due.length);
        }
      });
    }
  }

  it('honour all of them together', () => {
    const all: MusicConstraint = {
      pitchRange: { low: 40, high: 80 },
      velocityRange: { low: 30, high: 100 },
      durationRange: { low: 0.5, high: 2 },
      scale: { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: true, bias: 0 },
      programs: [0, 24, 33],
      maximumPolyphony: 6,
      onsetsPerBeat: { low: 0, high: 5 },
      maximumRestBeats: 2,
      tempo: 120,
    };
    for (let seed = 1; seed <= 5; seed += 1) {
      const notes = notesOf(play(bpe, all, seed, 3000));
      assert.ok(notes.length > 100);
      for (const note of notes) {
        assert.ok(note.velocity >= 30 && note.velocity <= 100 && note.duration >= 0.5 && note.duration <= 2);
        if (note.channel === drumChannel) continue;
        assert.ok(note.pitch >= 40 && note.pitch <= 80 && [0, 2, 4, 5, 7, 9, 11].includes(note.pitch % 12));
        assert.ok(notes.filter((other) => other.channel !== drumChannel && other.beat <= note.beat && endBeat(other) > note.beat).length <= 6);
      }
    }
  });
});

describe('remi-bpe at random', () => {
  it(`writes complete bars alone, streamed as decoded, in ${seeds} streams of 10,000 ids`, () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const tokenizer = seed % 4 === 0 ? base : bpe;
      const [constraint] = fc.sample(wildConstraint, { numRuns: 1, seed });
      const ids: number[] = [];
      const decoder = tokenizer.startDecoder(0);
      let streamed = 0;
      walk(tokenizer.grammar, tokenizer.vocabulary.size, seed % 3 === 0 ? {} : constraint, seed, 10_000, (_state, id) => {
        ids.push(id);
        streamed += decoder.push(id).filter(({ type }) => type === 'note').length;
      });
      const words = ids.flatMap((id) => tokenizer.vocabulary.describe(id).split(', '));
      const durations = words.filter((word) => word.startsWith('duration')).length;
      assert.equal(streamed, durations, `seed ${seed}: every note is certain`);
      const notes = tokenizer.decode(ids).tracks.flat().filter(({ type }) => type === 'note').length;
      assert.equal(notes, durations, `seed ${seed}: no note is invalid`);
    }
  });
});
