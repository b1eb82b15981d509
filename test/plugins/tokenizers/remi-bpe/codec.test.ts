import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tokenizer as OtherTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import type { TickEvent, TickNote, TickScore } from '../../../../src/engine/music/tick-score.js';
import { readLearnedMerges } from '../../../../src/plugins/tokenizers/remi-bpe/learned-merges.js';
import { barId, baseSize, phraseSymbols, trackStartId } from '../../../../src/plugins/tokenizers/remi-bpe/phrase-vocabulary.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { readFixture, samples, sixteenths } from './samples.js';

const base = new RemiTokenizer({ encoding: 'base' });
const bpe = new RemiTokenizer({ encoding: 'bpe' });

const words = (score: TickScore): string[] => [...base.encode(score)].map((id) => base.vocabulary.describe(id));

/** A score that begins in 4/4 at 122 bpm, without the words that say so. */
function body(score: TickScore): string[] {
  const [start, bar, meter, tempo, ...rest] = words(score);
  assert.deepEqual([start, bar, meter, tempo], ['start', 'bar', 'meter 4/4', 'tempo 122']);
  assert.equal(rest.pop(), 'end');
  return rest;
}

function meter(tick: number, numerator: number, denominatorPower: number): TickEvent {
  return { type: 'meter', tick, numerator, denominatorPower, clocksPerClick: 24, thirtySecondsPerBeat: 8 };
}

function metersOf(frame: readonly TickEvent[], last: number): string[] {
  const bars = words(sixteenths([{ tick: last }], frame)).join(' ').split('bar').slice(1);
  return bars.map((bar) => /meter (\d+\/\d+)/.exec(bar)?.[1] ?? '');
}

describe('the remi-bpe vocabulary', () => {
  it('has the symbols of the format at fixed ids', () => {
    const places = { pad: 0, start: 1, end: 2, mask: 3, bar: 4, 'track start': 5, 'track end': 6 };
    for (const [word, id] of Object.entries(places)) assert.equal(phraseSymbols.name(id), word);
    const blocks: [number, string][] = [
      [7, 'position 0'],
      [22, 'position 15'],
      [23, 'pitch 0'],
      [150, 'pitch 127'],
      [151, 'velocity 2'],
      [182, 'velocity 126'],
      [183, 'duration 1/16'],
      [198, 'duration 16/16'],
      [199, 'tempo 30'],
      [244, 'tempo 210'],
      [245, 'meter 2/4'],
      [252, 'meter 7/8'],
      [253, 'program 0'],
      [380, 'program 127'],
      [381, 'program drums'],
    ];
    for (const [id, word] of blocks) assert.equal(phraseSymbols.name(id), word);
    assert.equal(base.vocabulary.size, 382);
  });

  it('has 8192 ids once it has learned, the first 382 as before', () => {
    assert.equal(bpe.vocabulary.size, 8192);
    for (let id = 0; id < baseSize; id += 1) assert.equal(bpe.vocabulary.describe(id), base.vocabulary.describe(id));
    assert.ok(bpe.vocabulary.describe(8191).includes(', '));
  });
});

describe('encoding in bars of tracks', () => {
  it('writes a note as position, pitch, velocity and duration in the track of its program', () => {
    assert.deepEqual(body(sixteenths([{ tick: 2, pitch: 61, velocity: 64, duration: 3 }])), [
      ...['track start', 'program 0', 'position 2', 'pitch 61', 'velocity 66', 'duration 3/16', 'track end'],
    ]);
  });

  it('says a position once for all that begins there, pitches rising', () => {
    const notes = [{ pitch: 67 }, { pitch: 60 }, { tick: 1, pitch: 64 }];
    assert.deepEqual(body(sixteenths(notes)).filter((word) => /position|pitch/.test(word)), [
      ...['position 0', 'pitch 60', 'pitch 67', 'position 1', 'pitch 64'],
    ]);
  });

  it('writes bar by bar, in a bar program by program, drums last', () => {
    const frame: TickEvent[] = [
      { type: 'program', tick: 0, channel: 0, program: 40 },
      { type: 'program', tick: 0, channel: 1, program: 5 },
    ];
    const notes = [{ channel: 9, pitch: 36 }, { channel: 0 }, { channel: 1 }, { channel: 1, tick: 16 }];
    const heard = body(sixteenths(notes, frame)).filter((word) => /program|bar/.test(word));
    assert.deepEqual(heard, ['program 5', 'program 40', 'program drums', 'bar', 'program 5']);
  });

  it('follows program changes in the track or on the channel', () => {
    const change: TickEvent = { type: 'program', tick: 4, channel: 0, program: 7 };
    const heard = (score: TickScore): string[] => body(score).filter((word) => word.startsWith('program'));
    assert.deepEqual(heard(sixteenths([{ tick: 0 }, { tick: 8 }], [change])), ['program 0', 'program 7']);
  });

  it('rounds to the nearest sixteenth, halves up, and keeps the length of a note, not its end', () => {
    const note: TickNote = { type: 'note', tick: 59, duration: 180, channel: 0, pitch: 60, velocity: 1 };
    const at = (tick: number): string[] => body({ ticksPerBeat: 480, tracks: [[{ ...note, tick }]] });
    assert.ok(at(59).includes('position 0'));
    assert.ok(at(60).includes('position 1'));
    assert.ok(at(60).includes('duration 2/16'));
  });

  it('gives every note a sixteenth at least and a whole note at most', () => {
    assert.ok(body(sixteenths([{ duration: 0 }])).includes('duration 1/16'));
    assert.ok(body(sixteenths([{ duration: 400 }])).includes('duration 16/16'));
  });

  it('of notes at one place keeps the loudest, as long as the longest', () => {
    const notes = [{ velocity: 100, duration: 2 }, { velocity: 20, duration: 8 }, { velocity: 50, duration: 4 }];
    assert.deepEqual(body(sixteenths(notes)).slice(3, 6), ['pitch 60', 'velocity 102', 'duration 8/16']);
  });

  it('ends a note where its pitch sounds again', () => {
    const notes = [{ duration: 8 }, { tick: 3 }, { tick: 5, channel: 9 }];
    assert.deepEqual(body(sixteenths(notes)).filter((word) => word.startsWith('duration')), [
      ...['duration 3/16', 'duration 4/16', 'duration 4/16'],
    ]);
  });

  it('says tempo and meter in the first bar and where they change', () => {
    const frame: TickEvent[] = [{ type: 'tempo', tick: 0, microsPerBeat: 60e6 / 90 }, { type: 'tempo', tick: 20, microsPerBeat: 60e6 / 99 }, meter(32, 3, 2)];
    const heads = words(sixteenths([{ tick: 50 }], frame)).filter((word) => /bar|meter|tempo/.test(word));
    assert.deepEqual(heads, ['bar', 'meter 4/4', 'tempo 90', 'bar', 'bar', 'meter 3/4', 'tempo 98', 'bar']);
  });

  it('writes meters without bars of their own as several bars that fill them', () => {
    assert.deepEqual(metersOf([meter(0, 12, 3)], 30), ['6/8', '', '']);
    assert.deepEqual(metersOf([meter(0, 9, 3)], 20), ['6/8', '3/8', '6/8']);
    assert.deepEqual(metersOf([meter(0, 5, 2)], 24), ['3/4', '2/4', '3/4']);
    assert.deepEqual(metersOf([meter(0, 7, 3)], 14), ['7/8', '']);
    assert.deepEqual(metersOf([meter(0, 2, 1)], 16), ['2/2', '']);
  });

  it('takes bars together that are too short or of odd length', () => {
    assert.deepEqual(metersOf([meter(0, 1, 2)], 9), ['2/4', '']);
    assert.deepEqual(metersOf([meter(0, 3, 4)], 7), ['3/8', '']);
  });

  it('comes back to the bar lines of the piece after a bar that is cut short', () => {
    assert.deepEqual(metersOf([meter(0, 4, 2), meter(24, 3, 2)], 36), ['4/4', '2/4', '3/4', '']);
  });

  it('writes an empty score as start and end', () => {
    assert.deepEqual(words({ ticksPerBeat: 480, tracks: [] }), ['start', 'end']);
  });

  it('refuses what has no time or does not end', () => {
    assert.throws(() => base.encode({ ticksPerBeat: 0, tracks: [] }), { errorName: 'badMidiFile' });
    assert.throws(() => base.encode(sixteenths([{ tick: 2 ** 22 }])), { errorName: 'badMidiFile', message: /cut it/ });
  });
});

describe('decoding bars of tracks', () => {
  const notes = fc.array(
    fc.record({
      tick: fc.nat(200),
      duration: fc.integer({ min: 1, max: 16 }),
      channel: fc.nat(15),
      pitch: fc.nat(127),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { maxLength: 60 },
  );
  const frames = fc.array(
    fc.oneof(
      fc.record({ tick: fc.nat(200), numerator: fc.integer({ min: 1, max: 13 }), denominatorPower: fc.nat(4) }).map((change): TickEvent => {
        return meter(change.tick, change.numerator, change.denominatorPower);
      }),
      fc.record({ type: fc.constant('tempo' as const), tick: fc.nat(200), microsPerBeat: fc.integer({ min: 1, max: 3e6 }) }),
      fc.record({ type: fc.constant('program' as const), tick: fc.nat(200), channel: fc.nat(15), program: fc.nat(127) }),
    ),
    { maxLength: 6 },
  );

  it('loses no onset, whatever meters, tempos and programs there are', () => {
    fc.assert(
      fc.property(notes, frames, (some, frame) => {
        const score = sixteenths(some, frame);
        const onsets = (found: TickScore): string[] => {
          const per = found.ticksPerBeat / 4;
          return found.tracks.flat().flatMap((event) => (event.type === 'note' ? [`${event.tick / per} ${event.pitch}`] : []));
        };
        const decoded = base.decode(base.encode(score));
        assert.deepEqual([...new Set(onsets(decoded))].sort(), [...new Set(onsets(score))].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('encodes again what it decoded, to the id, in both encodings', () => {
    fc.assert(
      fc.property(notes, frames, (some, frame) => {
        for (const tokenizer of [base, bpe]) {
          const ids = tokenizer.encode(sixteenths(some, frame));
          assert.deepEqual(tokenizer.encode(tokenizer.decode(ids)), ids);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says the same from merged ids as from the symbols they spell', () => {
    for (const sample of samples) assert.deepEqual(bpe.decode(bpe.encode(sample)), base.decode(base.encode(sample)));
  });

  it('keeps programs apart that must share a channel', () => {
    const frame = Array.from({ length: 20 }, (_, index): TickEvent => ({ type: 'program', tick: index, channel: 0, program: index }));
    const score = sixteenths(Array.from({ length: 20 }, (_, tick) => ({ tick })), frame);
    const decoded = base.decode(base.encode(score));
    assert.equal(decoded.tracks.length, 21);
    assert.deepEqual(base.encode(decoded), base.encode(score));
  });
});

describe('the learned merges', () => {
  it('cut real bars as another implementation cuts them', () => {
    const merges = readLearnedMerges();
    const character = (symbol: number): string => String.fromCharCode(33 + symbol);
    const texts = Array.from({ length: baseSize }, (_, symbol) => character(symbol));
    for (const { left, right } of merges) texts.push(texts[left] + texts[right]);
    const other = new OtherTokenizer(
      {
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: null,
        post_processor: null,
        decoder: null,
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
          merges: merges.map(({ left, right }) => [texts[left], texts[right]]),
        },
      },
      {},
    );
    const files = ['openscore-cc0/lied-Brahms-8-Sehnsucht.234b37c8.mid', 'pop909-aligned/pop909-538.d6dd1131.mid'];
    for (const file of files) {
      const score = readFixture(`remi-bpe/midi/${file}`);
      const symbols = [...base.encode(score)].slice(1, -1);
      const starts = symbols.flatMap((id, at) => (id === barId || id === trackStartId ? [at] : []));
      const expected = starts.flatMap((start, index) => {
        const text = symbols.slice(start, starts[index + 1]).map(character).join('');
        return other.encode(text, { add_special_tokens: false }).ids;
      });
      assert.deepEqual([...bpe.encode(score)].slice(1, -1), expected);
      assert.ok(expected.length * 1.8 < symbols.length);
    }
  });

  it('are refused when they are damaged', () => {
    assert.throws(() => readLearnedMerges('/nowhere/merges.json'), { errorName: 'badPack' });
  });
});

describe('streaming merged ids', () => {
  it('gives out several notes for one id, and none for part of one', () => {
    const idOf = (pattern: RegExp): number => {
      for (let id = 0; id < bpe.vocabulary.size; id += 1) if (pattern.test(bpe.vocabulary.describe(id))) return id;
      throw new Error(`no id spells ${pattern}`);
    };
    const ids = [/^bar$/, /^track start$/, /^program 0$/, /^position 3$/, /^pitch \d+$/].map(idOf);
    const several = idOf(/^velocity.*duration.*duration/);
    const decoder = bpe.startDecoder(8);
    for (const id of ids) assert.ok(decoder.push(id).every(({ type }) => type === 'program'));
    const notes = decoder.push(several);
    assert.ok(notes.length >= 2 && notes.every(({ type }) => type === 'note'));
  });

  it('knows at a bar line that nothing before it can come', () => {
    const decoder = base.startDecoder(8);
    const frontiers = [...base.encode(sixteenths([{ tick: 3 }, { tick: 40 }], [meter(0, 3, 2)]))].map((id) => {
      decoder.push(id);
      return decoder.frontierBeat;
    });
    assert.deepEqual([...new Set(frontiers)], [8, 11, 14, 17]);
  });
});
