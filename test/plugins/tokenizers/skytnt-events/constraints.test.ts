import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { drumChannel, type Note } from '../../../../src/engine/music/note.js';
import type { TickNote } from '../../../../src/engine/music/tick-score.js';
import { readRow } from '../../../../src/plugins/tokenizers/skytnt-events/rows.js';
import type { RowEvent } from '../../../../src/plugins/tokenizers/skytnt-events/row-event.js';
import type { SkytntTokenizer } from '../../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { tokenizerOf } from './vectors.js';
import { sensibleConstraint } from './wishes.js';

const v1 = tokenizerOf({ version: 'v1', optimise_midi: true, kwargs: {} });
const v2 = tokenizerOf({ version: 'v2', optimise_midi: true, kwargs: {} });

interface Stream {
  readonly ids: readonly number[];
  readonly rows: readonly RowEvent[];
  readonly notes: readonly Note[];
}

/** Random ids that the grammar allows, at least `length` of them and whole rows. */
function write(tokenizer: SkytntTokenizer, constraint: MusicConstraint, seed: number, length: number): Stream {
  const ids: number[] = [];
  const decoder = tokenizer.startDecoder(0);
  const notes: Note[] = [];
  walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, Math.ceil(length / 8) * 8, (_state, id) => {
    ids.push(id);
    for (const event of decoder.push(id)) if (event.type === 'note') notes.push(event.note);
  });
  const rows = Array.from({ length: ids.length / 8 }, (_, row) => readRow(ids, row * 8, tokenizer.vocabulary) as RowEvent);
  return { ids, rows, notes };
}

function law(name: string, numRuns: number, check: (constraint: MusicConstraint, stream: Stream, tokenizer: SkytntTokenizer) => void): void {
  it(name, () => {
    const choice = fc.tuple(sensibleConstraint, fc.constantFrom('v1', 'v2'), fc.integer({ min: 1, max: 1e6 }));
    fc.assert(
      fc.property(choice, ([constraint, version, seed]) => {
        const tokenizer = version === 'v1' ? v1 : v2;
        check(constraint, write(tokenizer, constraint, seed, 800), tokenizer);
      }),
      { numRuns },
    );
  });
}

function sameNote(a: Note, b: Note): boolean {
  return a.beat === b.beat && a.duration === b.duration && a.channel === b.channel && a.pitch === b.pitch && a.velocity === b.velocity;
}

/** Notes that the performer did not write. */
function free({ forcedNotes = [] }: MusicConstraint, { notes }: Stream): Note[] {
  return notes.filter((note) => !forcedNotes.some((forced) => sameNote(forced, note)));
}

function within(value: number, range: { low: number; high: number } | undefined): boolean {
  return range === undefined || (value >= range.low && value <= range.high);
}

function keeps(value: number, values: readonly number[] | undefined): boolean {
  return values === undefined || values.includes(value);
}

function countInBeats(notes: readonly Note[], beats: number): number[] {
  const counts = new Array<number>(beats).fill(0);
  for (const { beat } of notes) if (beat < beats) counts[Math.floor(beat)] += 1;
  return counts;
}

/** Pitches that scale and chord leave: both, else the chord alone, else the scale alone, else all of the range. */
function pitchesLeft({ pitchRange, scale, chord }: MusicConstraint): Set<number> {
  const all = Array.from({ length: 128 }, (_, pitch) => pitch).filter((pitch) => within(pitch, pitchRange));
  const strict = (wish: MusicConstraint['scale']) => (pitch: number): boolean =>
    wish === undefined || !wish.strict || wish.pitchClasses.includes(pitch % 12);
  const choices = [[scale, chord], [chord], [scale], []].map((wishes) => all.filter((pitch) => wishes.every((wish) => strict(wish)(pitch))));
  return new Set(choices.find((choice) => choice.length > 0));
}

describe('whatever is wished for together, skytnt-events', () => {
  law('keeps pitches in range, scale and chord', 150, (constraint, stream) => {
    const left = pitchesLeft(constraint);
    for (const { channel, pitch } of free(constraint, stream)) assert.ok(channel === drumChannel || left.has(pitch), `${pitch}`);
  });

  law('keeps to channels, velocities and lengths', 150, (constraint, stream) => {
    const { channels, velocityRange, durationRange } = constraint;
    for (const { channel, velocity, duration } of free(constraint, stream)) {
      assert.ok(keeps(channel, channels), `channel ${channel}`);
      assert.ok(within(velocity, velocityRange), `velocity ${velocity}`);
      assert.ok(within(duration, durationRange), `length ${duration}`);
    }
  });

  law('keeps to kinds, programs and tempo, and tells the tempo first', 150, ({ eventKinds, channels, programs, tempo }, { rows }) => {
    for (const { kind, values } of rows) {
      assert.ok(kind === 'note' || keeps(0, eventKinds?.includes(kind) === false ? [] : undefined), kind);
      if (kind === 'program') assert.ok(keeps(values[0], channels) && (values[0] === drumChannel || keeps(values[1], programs)));
      if (kind === 'tempo' && tempo !== undefined) assert.equal(values[0], tempo);
    }
    if (tempo === undefined || eventKinds?.includes('tempo') === false) return;
    assert.equal(rows[0].kind, 'tempo');
    assert.deepEqual([rows[0].beat, rows[0].step], [0, 0]);
  });

  law('lets no more notes sound at once than it may, drums excepted', 200, (constraint, { notes }) => {
    const { maximumPolyphony = Infinity } = constraint;
    const melodic = notes.filter(({ channel }) => channel !== drumChannel);
    for (const { beat } of melodic) {
      const sounding = melodic.filter((note) => note.beat <= beat && note.beat + note.duration > beat);
      assert.ok(sounding.length <= maximumPolyphony, `${sounding.length} at ${beat}`);
    }
  });

  law('begins no more notes in a beat than it may', 200, ({ onsetsPerBeat }, { notes }) => {
    if (onsetsPerBeat === undefined || notes.length === 0) return;
    for (const count of countInBeats(notes, Math.floor(notes[notes.length - 1].beat) + 1)) assert.ok(count <= onsetsPerBeat.high, `${count}`);
  });

  law('begins as many notes in a beat as it must, and rests no longer than it may, where nothing keeps notes waiting', 300, (constraint, { notes }) => {
    const { onsetsPerBeat, maximumRestBeats, maximumPolyphony, durationRange, forcedNotes } = constraint;
    const waits = maximumPolyphony !== undefined && ((durationRange?.low ?? 0) > 1 / 16 || forcedNotes !== undefined);
    if (waits || notes.length === 0) return;
    const last = notes[notes.length - 1];
    for (const count of countInBeats(notes, Math.floor(last.beat))) assert.ok(count >= (onsetsPerBeat?.low ?? 0), `${count}`);
    if (maximumRestBeats === undefined || onsetsPerBeat !== undefined) return;
    notes.slice(1).forEach(({ beat }, index) => assert.ok(beat - notes[index].beat <= maximumRestBeats, `${notes[index].beat} to ${beat}`));
  });

  it('begins as many notes in a beat as it must, where there are fewer pitches', () => {
    const constraint = { pitchRange: { low: 30, high: 54 }, channels: [0], chord: { pitchClasses: [0], strict: true, bias: 0 }, onsetsPerBeat: { low: 3, high: 5 } };
    for (const seed of [1, 2, 3, 4]) {
      const { notes } = write(v1, constraint, seed, 800);
      const counts = countInBeats(notes, Math.floor(notes[notes.length - 1].beat));
      assert.ok(counts.length > 4 && counts.every((count) => count >= 3 && count <= 5), `${counts}`);
    }
  });

  law('has every forced note as it stands, streamed and decoded at once', 300, ({ forcedNotes = [] }, { ids, notes }, tokenizer) => {
    const decoder = tokenizer.startDecoder(0);
    ids.forEach((id) => decoder.push(id));
    const score = tokenizer.decode(ids);
    const whole = score.tracks.flat().filter((event): event is TickNote => event.type === 'note');
    for (const forced of forcedNotes) {
      if (forced.beat >= decoder.frontierBeat) continue;
      assert.equal(notes.filter((note) => sameNote(note, forced)).length, 1);
      const { channel, pitch } = forced;
      const there = whole.filter((note) => note.tick === forced.beat * 480 && note.channel === channel && note.pitch === pitch);
      assert.deepEqual(there.map(({ duration, velocity }) => [duration, velocity]), [[forced.duration * 480, forced.velocity]]);
    }
  });

  law('leaves the pitch of a forced note alone while that sounds', 200, ({ forcedNotes = [] }, { notes }) => {
    for (const forced of forcedNotes) {
      const end = forced.beat + forced.duration;
      const others = notes.filter(({ channel, pitch }) => channel === forced.channel && pitch === forced.pitch);
      const inTheWay = others.filter((note) => !sameNote(note, forced) && note.beat < end && note.beat + note.duration > forced.beat);
      assert.deepEqual(inTheWay, []);
    }
  });
});

/** Words for what may come after these rows and the beginning of the next. */
function words({ grammar, vocabulary }: SkytntTokenizer, ids: readonly number[], constraint: MusicConstraint): string[] {
  const state = ids.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
  const allowed = new AllowedTokens(vocabulary.size);
  grammar.allow(state, constraint, allowed);
  return [...allowed.ids.subarray(0, allowed.count)].map((id) => vocabulary.describe(id));
}

/** A whole v2 note row. */
function row(time1: number, time2: number, { track = 0, channel = 0, pitch = 60, steps = 4 } = {}): number[] {
  return [3, 9 + time1, 137 + time2, 2201 + track, 2329 + channel, 2345 + pitch, 2473 + 80, 153 + steps];
}

function range(name: string, low: number, high: number): string[] {
  return Array.from({ length: high - low + 1 }, (_, index) => `${name} ${low + index}`);
}

const forcedNote: Note = { beat: 1.25, duration: 0.5, channel: 3, pitch: 64, velocity: 99 };
/** As the ids say it on track 5. */
const forcedRow = [3, 10, 137 + 4, 2206, 2332, 2409, 2572, 161];

describe('a skytnt-events stream with forced notes', () => {
  const constraint: MusicConstraint = { forcedNotes: [forcedNote] };

  it('goes no further than the next of them', () => {
    assert.deepEqual(words(v2, [3], constraint), range('time1', 0, 1));
    assert.deepEqual(words(v2, [3, 10], constraint), range('time2', 0, 4));
    assert.deepEqual(words(v2, [4, 10], constraint), range('time2', 0, 4));
  });

  it('tells it as it stands, before any other note of its time', () => {
    const ids = forcedRow.slice(0, 3);
    assert.deepEqual(words(v2, ids, constraint), range('track', 0, 127));
    for (const id of forcedRow.slice(3)) {
      if (ids.length > 3) assert.deepEqual(words(v2, ids, constraint), [v2.vocabulary.describe(id)]);
      ids.push(id);
    }
    assert.equal(words(v2, [...ids, 3], constraint).length, 128);
  });

  it('tells it in the order of v1, too', () => {
    assert.deepEqual(words(v1, [3, 8, 139, 2199], constraint), ['duration 8']);
    assert.deepEqual(words(v1, [3, 8, 139, 2199, 159], constraint), ['channel 3']);
  });

  it('puts it on the track its channel has', () => {
    const heard = row(0, 0, { track: 7, channel: 3 });
    assert.deepEqual(words(v2, [...heard, 3, 10, 141], constraint), ['track 7']);
  });

  it('lets nothing but notes come when one is due', () => {
    assert.deepEqual(words(v2, [4, 10, 141, 2201, 2329, 2601, 0, 0], constraint), ['note']);
  });

  it('does not end before the last of them', () => {
    const ending = { ...constraint, eventKinds: ['end'] };
    assert.deepEqual(words(v2, [], ending), ['note']);
    assert.deepEqual(words(v2, forcedRow, ending), ['note', 'end']);
  });

  it('asks for nothing that is past', () => {
    assert.equal(words(v2, [...row(2, 0), 3], constraint).length, 128);
  });

  it('leaves a voice free for them', () => {
    const alone = { ...constraint, maximumPolyphony: 1 };
    assert.deepEqual(words(v2, row(1, 1).slice(0, 7), alone), range('duration', 1, 3));
    assert.deepEqual(words(v2, [3, 10], { ...alone, durationRange: { low: 0.1875, high: 1 } }), ['time2 0', 'time2 1', 'time2 4']);
  });

  it('takes them to the nearest step, and leaves out what is no note', () => {
    const off: MusicConstraint = { forcedNotes: [{ ...forcedNote, pitch: 128 }, { ...forcedNote, beat: 0.26, duration: 0 }, { ...forcedNote, beat: 0.26 }] };
    assert.deepEqual(words(v2, [3, 9], off), range('time2', 0, 4));
  });
});

describe('a skytnt-events stream of few voices', () => {
  it('waits for a voice to be free', () => {
    assert.deepEqual(words(v2, [...row(0, 2, { steps: 20 }), 3], { maximumPolyphony: 1 })[0], 'time1 1');
    assert.deepEqual(words(v2, [...row(0, 2, { steps: 20 }), 3, 10], { maximumPolyphony: 1 }), range('time2', 6, 15));
    assert.deepEqual(words(v2, [...row(0, 2, { steps: 20 }), 3], { maximumPolyphony: 2 })[0], 'time1 0');
  });

  it('lets drums play meanwhile, where there are any', () => {
    const long = row(0, 2, { steps: 20 });
    const drums = { maximumPolyphony: 1, channels: [0, 9] };
    assert.deepEqual(words(v2, [...long, 3], drums)[0], 'time1 0');
    assert.deepEqual(words(v2, [...long, 3, 9, 139, 2201], drums), ['channel 9']);
    assert.deepEqual(words(v2, [...long, ...row(0, 2, { channel: 9 }), 3], { maximumPolyphony: 1 })[0], 'time1 0');
  });

  it('frees the last voice before the longest rest is over', () => {
    const brief = { maximumPolyphony: 1, maximumRestBeats: 0.5 };
    assert.deepEqual(words(v2, row(0, 0).slice(0, 7), brief), range('duration', 1, 8));
    assert.deepEqual(words(v2, row(0, 0).slice(0, 7), { ...brief, durationRange: { low: 1, high: 2 } }), range('duration', 16, 32));
  });
});

describe('a skytnt-events stream with onsets counted', () => {
  it('begins no more in a beat', () => {
    const full = [...row(0, 2), ...row(0, 2, { pitch: 64 }), 3];
    assert.deepEqual(words(v2, full, { onsetsPerBeat: { low: 0, high: 2 } }), range('time1', 1, 127));
  });

  it('does not leave a beat that lacks some', () => {
    const few = { onsetsPerBeat: { low: 2, high: 4 } };
    assert.deepEqual(words(v2, [...row(0, 2), 3], few), ['time1 0']);
    assert.deepEqual(words(v2, [...row(0, 2), ...row(0, 2, { pitch: 64 }), 3], few), range('time1', 0, 1));
    assert.deepEqual(words(v2, row(0, 15), few), ['note']);
  });
});

describe('skytnt-events and what speaks of channels', () => {
  it('keeps to the tracks of the channels that may sound, once all are known', () => {
    const heard = [...row(0, 0, { track: 1, channel: 0 }), ...row(0, 0, { track: 2, channel: 5 }), ...row(0, 0, { track: 3, channel: 5 })];
    const at = [...heard, 3, 9, 137];
    assert.deepEqual(words(v2, at, { channels: [5] }), range('track', 2, 3));
    assert.deepEqual(words(v2, at, { channels: [5, 6] }), range('track', 0, 127));
    assert.deepEqual(words(v2, at, {}), range('track', 0, 127));
  });

  it('lets the programs be chosen that are wished for, and any drum kit', () => {
    const choosing = [4, 9, 137, 2201];
    assert.deepEqual(words(v2, [...choosing, 2329], { programs: [4, 8] }), ['patch 4', 'patch 8']);
    assert.deepEqual(words(v2, [...choosing, 2338], { programs: [4, 8] }), range('patch', 0, 127));
    assert.deepEqual(words(v2, [...choosing, 2329], { programs: [200] }), range('patch', 0, 127));
  });

  it('says no pitch twice at once on a channel, while another is left', () => {
    const again = [...row(0, 2), 3, 9, 139, 2201, 2329];
    assert.deepEqual(words(v2, again, { pitchRange: { low: 59, high: 61 } }), ['pitch 59', 'pitch 61']);
    assert.deepEqual(words(v2, again, { pitchRange: { low: 60, high: 60 } }), ['pitch 60']);
  });
});

describe('skytnt-events between scale and chord', () => {
  const melody = [3, 9, 137, 2201, 2329];
  const pitchRange = { low: 60, high: 71 };
  const strict = (...pitchClasses: number[]): NonNullable<MusicConstraint['scale']> => ({ pitchClasses, strict: true, bias: 0 });

  it('plays what both have, and the chord where they have nothing in common', () => {
    assert.deepEqual(words(v2, melody, { pitchRange, scale: strict(0, 2, 4), chord: strict(4, 7) }), ['pitch 64']);
    assert.deepEqual(words(v2, melody, { pitchRange, scale: strict(0, 2), chord: strict(4, 7) }), ['pitch 64', 'pitch 67']);
    assert.deepEqual(words(v2, melody, { pitchRange: { low: 60, high: 63 }, scale: strict(0, 2), chord: strict(4, 7) }), ['pitch 60', 'pitch 62']);
  });

  it('adds their biases', () => {
    const { grammar, vocabulary } = v2;
    const allowed = new AllowedTokens(vocabulary.size);
    const state = melody.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
    const wish = (pitchClass: number, bias: number): MusicConstraint['scale'] => ({ pitchClasses: [pitchClass], strict: false, bias });
    grammar.allow(state, { pitchRange: { low: 60, high: 62 }, scale: wish(0, 1), chord: wish(1, 2) }, allowed);
    assert.deepEqual([...allowed.biases.subarray(0, allowed.count)], [-2, -1, -3]);
  });
});

describe('skytnt-events in a wished tempo', () => {
  it('tells it where the stream stands, once', () => {
    const moved = row(3, 5);
    const tempo = [6, 9, 142, 2201, 2985 + 98, 0, 0, 0];
    assert.deepEqual(words(v2, moved, { tempo: 97.6 }), ['set_tempo']);
    assert.deepEqual(words(v2, [...moved, ...tempo.slice(0, 1)], { tempo: 97.6 }), ['time1 0']);
    assert.deepEqual(words(v2, [...moved, ...tempo.slice(0, 2)], { tempo: 97.6 }), ['time2 5']);
    assert.deepEqual(words(v2, [...moved, ...tempo.slice(0, 4)], { tempo: 97.6 }), ['bpm 98']);
    assert.ok(words(v2, [...moved, ...tempo], { tempo: 97.6 }).includes('note'));
  });

  it('takes the nearest it can say', () => {
    assert.deepEqual(words(v1, [6, 7, 135, 2199], { tempo: 300 }), ['bpm 255']);
    assert.deepEqual(words(v2, [6, 9, 137, 2201], { tempo: 999 }), ['bpm 383']);
  });
});
