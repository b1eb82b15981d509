import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { scanChunks } from '../../../src/engine/midi-file/chunks.js';
import { ColumnWriter } from '../../../src/engine/midi-file/event-columns.js';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { readMidiFile, readTickScore } from '../../../src/engine/midi-file/read-midi-file.js';
import { readTrack } from '../../../src/engine/midi-file/read-track.js';
import { ticksToScore } from '../../../src/engine/midi-file/score-ticks.js';
import { SoundingNotes } from '../../../src/engine/midi-file/sounding-notes.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { TickEvent, TickNote, TickScore } from '../../../src/engine/music/tick-score.js';
import { repositoryRoot } from '../../../src/engine/paths.js';

interface Expected {
  readonly parse?: string;
  readonly exercises?: string;
  readonly notes?: number[][];
  readonly noteCount?: number;
  readonly noteCountAtLeast?: number;
  readonly seconds?: number;
  readonly perPatternSeconds?: number[];
  readonly timeSignatures?: number[][];
  readonly programs?: number[];
  readonly endOfTrackTick?: number;
  readonly ticksPerSecond?: number;
}

const folder = join(repositoryRoot, 'test/fixtures/torture');
const expectations = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

function bytesOf(name: string): Uint8Array {
  return readFileSync(join(folder, name));
}

function eventsOf<T extends TickEvent['type']>(score: TickScore, type: T): Extract<TickEvent, { type: T }>[] {
  return score.tracks.flat().filter((event): event is Extract<TickEvent, { type: T }> => event.type === type);
}

function sortedNotes(score: TickScore): number[][] {
  return eventsOf(score, 'note')
    .map((note) => [note.tick, note.tick + note.duration, note.channel, note.pitch, note.velocity])
    .sort((a, b) => a[0] - b[0] || a[2] - b[2] || a[3] - b[3]);
}

/** When a tick is, by the tempos of these tracks. */
function secondsAt(tick: number, tracks: readonly (readonly TickEvent[])[], ticksPerBeat: number): number {
  const tempos = tracks
    .flat()
    .filter((event) => event.type === 'tempo')
    .filter(({ microsPerBeat }) => microsPerBeat > 0)
    .sort((a, b) => a.tick - b.tick);
  let micros = 0;
  let last = 0;
  let microsPerBeat = 500000;
  for (const tempo of tempos) {
    if (tempo.tick > tick) break;
    micros += ((tempo.tick - last) / ticksPerBeat) * microsPerBeat;
    last = tempo.tick;
    ({ microsPerBeat } = tempo);
  }
  return (micros + ((tick - last) / ticksPerBeat) * microsPerBeat) / 1e6;
}

function lastEnd(tracks: readonly (readonly TickEvent[])[]): number {
  const notes = tracks.flat().filter((event): event is TickNote => event.type === 'note');
  return notes.reduce((end, note) => Math.max(end, note.tick + note.duration), 0);
}

function refusalOf(bytes: Uint8Array): ContinuoError | undefined {
  try {
    readMidiFile(bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ContinuoError, `not a clear error: ${String(error)}`);
    return error;
  }
}

/** Peers no reader can make sense of. */
const refusedPeers = [
  'peers/jazzsoft-test-empty-file.mid',
  'peers/jazzsoft-test-not-a-midi-file.mid',
  'peers/muspy-negative-ticks-per-beat.mid',
  'peers/muspy-zero-ticks-per-beat.mid',
];
/** Peers whose eight notes other readers lose to bytes that are no event. */
const eightNotes = /illegal-message|non-midi-track/;

describe('reading MIDI files that trip readers', () => {
  for (const [name, expected] of Object.entries(expectations)) {
    const bytes = bytesOf(name);
    const { parse = 'ok', exercises = '' } = expected;

    if (parse === 'reject' || refusedPeers.includes(name) || name === 'synth/running-status-at-track-start.mid') {
      it(`refuses ${name} with a sentence: ${exercises}`, () => {
        const refusal = refusalOf(bytes);
        assert.equal(refusal?.errorName, 'badMidiFile');
        assert.match(refusal?.message ?? '', /^[A-Z].{20,}\.$/);
        assert.throws(() => readPrompt(bytes), { errorName: 'badMidiFile' });
      });
      continue;
    }

    it(`reads ${name}: ${exercises}`, () => {
      const { score, remarks } = readMidiFile(bytes);
      const notes = sortedNotes(score);
      if (expected.notes !== undefined) assert.deepEqual(notes, expected.notes);
      if (expected.noteCount !== undefined) assert.equal(notes.length, expected.noteCount);
      if (expected.noteCountAtLeast !== undefined) assert.ok(notes.length >= expected.noteCountAtLeast);
      if (eightNotes.test(name)) assert.equal(notes.length, 8);
      for (const [start, end, , pitch, velocity] of notes) {
        assert.ok(start >= 0 && end >= start && pitch <= 127 && velocity >= 1 && velocity <= 127);
      }
      if (parse === 'ok' && expected.seconds !== undefined) {
        const seconds = secondsAt(lastEnd(score.tracks), score.tracks, score.ticksPerBeat);
        assert.ok(Math.abs(seconds - expected.seconds) < 2e-6 * Math.max(1, seconds), `${seconds} s`);
      }
      if (expected.ticksPerSecond !== undefined) {
        const [tempo, ...others] = eventsOf(score, 'tempo');
        const ticksPerSecond = (score.ticksPerBeat / tempo.microsPerBeat) * 1e6;
        assert.deepEqual(others, []);
        assert.ok(Math.abs(ticksPerSecond / expected.ticksPerSecond - 1) < 3e-6, `${ticksPerSecond} ticks a second`);
      }
      if (expected.timeSignatures !== undefined) {
        const meters = eventsOf(score, 'meter').map((meter) => [meter.tick, meter.numerator, 2 ** meter.denominatorPower]);
        assert.deepEqual(meters, expected.timeSignatures);
      }
      if (expected.programs !== undefined) {
        assert.deepEqual(eventsOf(score, 'program').map(({ program }) => program), expected.programs);
      }
      if (expected.perPatternSeconds !== undefined) {
        const seconds = score.tracks.map((track) => secondsAt(lastEnd([track]), [track], score.ticksPerBeat));
        assert.deepEqual(seconds, expected.perPatternSeconds);
        assert.ok(remarks.some((remark) => remark.includes('independent')));
      }
      if (expected.endOfTrackTick !== undefined) {
        const [track] = scanChunks(bytes).tracks;
        const room = { columns: new ColumnWriter(), sounding: new SoundingNotes() };
        assert.equal(readTrack(track, { keepTempo: true, startTick: 0 }, room).endTick, expected.endOfTrackTick);
      }
    });
  }

  it('says what it made of a damaged file', () => {
    const remarks = (name: string): string => readMidiFile(bytesOf(`synth/${name}.mid`)).remarks.join(' ');
    assert.match(remarks('bom-before-header'), /3 bytes before the MIDI header/);
    assert.match(remarks('track-length-ffffffff'), /Track 1 claims to be longer than the file/);
    assert.match(remarks('truncated-mid-vlq'), /Track 1 ends inside a delta time/);
    assert.match(remarks('running-status-across-tracks'), /Track 2 has a data byte/);
    assert.match(remarks('more-tracks-declared'), /declares 5 tracks; 2/);
    assert.match(remarks('smpte-25fps'), /SMPTE/);
    assert.equal(remarks('fmt1-basic'), '');
  });

  it('takes 100,000 notes in a second or two', () => {
    const begin = process.cpuUsage().user;
    assert.equal(eventsOf(readTickScore(bytesOf('synth/notes-100k.mid')), 'note').length, 100_000);
    assert.ok(process.cpuUsage().user - begin < 4e6);
  });
});

describe('reading MIDI files as prompts', () => {
  for (const [name, { parse = 'ok' }] of Object.entries(expectations)) {
    const bytes = bytesOf(name);
    if (parse === 'reject' || refusalOf(bytes) !== undefined) continue;

    it(`gives ${name} as the events say it`, () => {
      const { score } = readMidiFile(bytes, { patternsInSequence: true });
      const prompt = readPrompt(bytes);
      const expected = ticksToScore(score);
      assert.deepEqual(sorted(prompt.notes), sorted(expected.notes));
      assert.deepEqual({ ...prompt, notes: [], tempos: [] }, { ...expected, notes: [], tempos: [] });
      assert.deepEqual(
        prompt.tempos.map(({ beat, bpm }) => [beat, bpm.toFixed(6)]),
        expected.tempos.map(({ beat, bpm }) => [beat, bpm.toFixed(6)]),
      );
    });
  }

  it('plays the patterns of format 2 one after the other', () => {
    const notes = readPrompt(bytesOf('synth/fmt2-two-patterns.mid')).notes;
    assert.deepEqual(notes.map(({ beat }) => beat), [0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

function sorted(notes: readonly object[]): string[] {
  return notes.map((note) => JSON.stringify(Object.entries(note).sort())).sort();
}
