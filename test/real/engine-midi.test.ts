import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EngineFollowsResult, EngineLeadsResult, Song } from './inner/engine-result.js';
import { beatsOfFollower, compareToPlan, faultsOfEnds, type Comparison } from './support/dumped-music.js';
import { median } from './support/median.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

/** Generous: under a kernel in a program, on a busy machine, everything is late. Closeness is measured in bench/. */
const beatTolerance = 50_000;
/** One pulse, which comes before the notes of its beat; and where the clock had to set its follower anew, at a sixteenth, that. */
const pulseBeats = 1 / 24 + 1e-3;
const sixteenthBeats = 0.25;
const limitSeconds = 130;

const skip = skipWithoutSequencer('aconnect', 'aseqdump');

function inner(script: string): string {
  return fileURLToPath(new URL(`./inner/${script}.js`, import.meta.url));
}

function compared({ dumped, planned, stopBeat }: Song): Comparison {
  return compareToPlan(dumped, planned, stopBeat);
}

function assertPlayedAsPlanned(song: Song, dropped: number): void {
  const { heard, missing, unplanned } = compared(song);
  assert.deepEqual(unplanned, []);
  assert.ok(missing.length <= dropped, `${heard.length} heard, ${dropped} dropped, but missing: ${JSON.stringify(missing)}`);
  assert.ok(heard.length > dropped, `${heard.length} heard, ${dropped} dropped: this machine is too busy to tell`);
}

/** Whether a device that counts the clocks is at each note's beat when the note comes, and at the end where the music is. */
function assertClockCounts({ dumped, ...song }: Song, dropped: number): void {
  const kinds = dumped.map(({ kind }) => kind);
  const start = kinds.indexOf('Start');
  assert.ok(kinds.slice(0, start).includes('Clock'), 'there is a tempo before the start');
  assert.ok(kinds.slice(start, kinds.indexOf('Note on')).includes('Clock'), 'the first clock is the downbeat');
  const follower = beatsOfFollower(dumped);
  const { heard } = compared({ dumped, ...song });
  const tolerance = pulseBeats + (kinds.includes('Continue') ? sixteenthBeats : 0);
  const astray = heard.filter(({ note, index }) => Math.abs(follower[index] - note.beat) > tolerance);
  assert.ok(astray.length <= dropped, JSON.stringify(astray.map(({ note, index }) => [note.beat, follower[index]])));
  const end = follower.at(-1) ?? 0;
  assert.ok(Math.abs(end - song.stopBeat) <= sixteenthBeats, `a follower stands at ${end}, not ${song.stopBeat}`);
}

describe('the engine at a MIDI port, leading', { skip }, () => {
  let result: EngineLeadsResult;

  before(async () => {
    result = await runScriptInSequencer<EngineLeadsResult>(inner('engine-leads'), { limitSeconds });
  });

  it('plays every planned note and no other, those of the old pack and of the new', (context) => {
    const { song, swappedAt, dropped } = result;
    assertPlayedAsPlanned(song, dropped);
    const beats = compared(song).heard.map(({ note }) => note.beat);
    const old = beats.filter((beat) => beat < swappedAt).length;
    assert.ok(old > 0 && old < beats.length, `${old} of ${beats.length} notes before the swap at ${swappedAt}`);
    context.diagnostic(`${old} notes, swapped at beat ${swappedAt}, ${beats.length - old} more until beat ${song.stopBeat.toFixed(1)}, ${dropped} dropped`);
  });

  it('ends every note, before the same key is struck again', () => {
    assert.deepEqual(faultsOfEnds(result.song.dumped), []);
  });

  it('sends start and a clock that counts to the beat of every note', () => {
    assertClockCounts(result.song, result.dropped);
  });

  it('ends every note and stops the clock when it is interrupted, and exits well', (context) => {
    assert.equal(result.exitCode, 0);
    assert.deepEqual(faultsOfEnds(result.interrupted), []);
    assert.ok(result.interrupted.some(({ kind }) => kind === 'Note on'));
    assert.ok(result.interrupted.some(({ kind }) => kind === 'Stop'));
    context.diagnostic(`${result.soundingAtInterrupt} sounding when it was interrupted`);
  });
});

describe('the engine at MIDI ports, following a host', { skip }, () => {
  let result: EngineFollowsResult;

  before(async () => {
    result = await runScriptInSequencer<EngineFollowsResult>(inner('engine-follows'), { limitSeconds });
  });

  function hostDue(beat: number): number {
    return result.host.startMicros + (beat * 60_000_000) / result.host.bpm;
  }

  it('lets the host lead, at its tempo', () => {
    assert.equal(result.leader, 'midi-clock');
    assert.ok(Math.abs(result.bpm - result.host.bpm) < 1, `${result.bpm} BPM`);
  });

  it('starts from beat 0 with the host and stops with it', () => {
    assert.deepEqual(
      result.changes.map(({ playing, beat }) => [playing, Math.round(beat * 2) / 2]),
      [[true, 0], [false, result.host.beats]],
    );
  });

  it('plays every planned note, and no other, until the host stops, and ends them all', () => {
    assertPlayedAsPlanned(result.song, result.dropped);
    assert.deepEqual(faultsOfEnds(result.song.dumped), []);
  });

  it('plays on the host\'s beat', (context) => {
    const { dumped } = result.song;
    const distances = result.due.map(({ beat, micros }) => micros - hostDue(beat));
    const reckoned = median(distances.map(Math.abs));
    const heard = median(compared(result.song).heard.map(({ note, index }) => Math.abs(dumped[index].micros - hostDue(note.beat))));
    const figures = `due ${Math.round(median(distances))} µs after it, heard ${Math.round(heard)} µs off, the last pulse at beat ${result.song.stopBeat.toFixed(3)}`;
    context.diagnostic(`median distance from the host's beat: ${figures}; the host was ${Math.round(result.host.lateness)} µs late, ${result.dropped} notes were dropped`);
    assert.ok(reckoned < beatTolerance, `due ${reckoned} µs off`);
    assert.ok(heard < beatTolerance, `heard ${heard} µs off`);
  });

  it('sends a clock of its own that counts to the beat of every note', () => {
    assertClockCounts(result.song, result.dropped);
  });

  it('keeps the host\'s tempo when the host is gone, and exits well', () => {
    assert.equal(result.leaderAfter, 'internal');
    assert.equal(result.bpmAfter, result.bpm);
    assert.equal(result.exitCode, 0);
  });
});
