import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PlayResult } from './inner/play-result.js';
import { bpm, controls, notes, programs } from './inner/played-score.js';
import type { DumpedEvent } from './support/aseqdump.js';
import { beatsOfFollower, faultsOfEnds } from './support/dumped-music.js';
import { median } from './support/median.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

/** Generous: under a kernel in a program everything is late by milliseconds. Closeness is measured in bench/. */
const latenessMicros = 50_000;

describe('the send thread at a MIDI port', { skip: skipWithoutSequencer('aconnect', 'aseqdump') }, () => {
  let result: PlayResult;

  before(async () => {
    const script = fileURLToPath(new URL('./inner/play.js', import.meta.url));
    // A machine so busy that it stood still for 100 ms makes the sender drop notes, as it should: play again.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      result = await runScriptInSequencer<PlayResult>(script);
      if (result.counters.droppedLate === 0) return;
    }
  });

  it('shows ports by their stable names while it is open, and none after', () => {
    const ours = (ports: PlayResult['portsOpen']) => ports.map(({ name }) => name).filter((name) => name.startsWith('Continuo')).sort();
    assert.deepEqual(ours(result.portsOpen), ['Continuo In', 'Continuo Out']);
    assert.deepEqual(ours(result.portsClosed), []);
  });

  it('plays every planned note, and no other, with its channel, pitch and velocity', () => {
    const planned = notes.map(({ channel, pitch, velocity }) => `${channel} ${pitch} ${velocity}`);
    for (const { channel, data1, data2 } of onsets(result.song)) {
      const found = planned.indexOf(`${channel} ${data1} ${data2}`);
      assert.ok(found >= 0, `${channel} ${data1} ${data2} was not planned, or not so often`);
      planned.splice(found, 1);
    }
    assert.equal(planned.length, result.counters.droppedLate, `only what was dropped may be missing: ${planned.join(', ')}`);
    assert.equal(result.counters.sounding, 0);
  });

  it('plays each note at its beat', (context) => {
    if (result.counters.droppedLate > 0) return context.skip('this machine is too busy to play in time');
    const lateness = onsets(result.song).map(({ micros }, index) => micros - result.startMicros - (notes[index].beat * 60_000_000) / bpm);
    assert.ok(Math.min(...lateness) > -5_000, `${Math.min(...lateness)} µs`);
    assert.ok(median(lateness) < latenessMicros, `${median(lateness)} µs late`);
  });

  it('ends every note, before the same key is struck again', () => {
    assert.deepEqual(faultsOfEnds(result.song), []);
  });

  it('sends programs and controllers before the notes of their beat', () => {
    const marks = result.song.filter(({ kind }) => kind === 'Program change' || kind === 'Control change');
    assert.deepEqual(
      marks.map(({ channel, data1, data2 }) => `${channel} ${data1} ${data2}`).sort(),
      [...programs.map(({ channel, program }) => `${channel} ${program} 0`), ...controls.map(({ channel, controller, value }) => `${channel} ${controller} ${value}`)].sort(),
    );
    const firstNote = result.song.findIndex(({ kind }) => kind === 'Note on');
    assert.equal(result.song.slice(0, firstNote).filter((event) => marks.includes(event)).length, programs.length + 1);
  });

  it('leads a follower that counts clocks to the beat where it stops', () => {
    const kinds = result.song.map(({ kind }) => kind);
    assert.ok(kinds.slice(0, kinds.indexOf('Start')).includes('Clock'), 'there is a tempo before the start');
    assert.ok(kinds.slice(kinds.indexOf('Start'), kinds.indexOf('Note on')).filter((kind) => kind === 'Clock').length <= 1, 'the first note is on the downbeat');
    const beat = beatsOfFollower(result.song).at(-1) ?? 0;
    assert.ok(Math.abs(beat - result.stopBeat) < 0.5, `a follower stands at ${beat}, not ${result.stopBeat}`);
  });

  it('is heard by its own input meanwhile: both threads hold the driver at once', () => {
    assert.ok(result.heard.some(({ type }) => type === 'start' || type === 'continue'));
    const stop = result.heard.at(-1);
    assert.equal(stop?.type, 'stop');
    assert.ok(Math.abs(stop.beat - result.stopBeat) < 0.5, `it heard the stop at ${stop.beat}, not ${result.stopBeat}`);
  });

  it('ends every note by name in a panic, then quiets each used channel in three more ways', () => {
    const struck = onsets(result.panic).map(({ channel, data1 }) => `${channel} ${data1}`);
    assert.equal(struck.length, 3);
    assert.deepEqual(offs(result.panic).sort(), struck.sort());
    const lastOff = result.panic.findLastIndex(({ kind }) => kind === 'Note off');
    const after = result.panic.slice(lastOff).filter(({ kind }) => kind === 'Control change');
    for (const channel of [0, 3, 9]) {
      assert.deepEqual(after.filter((event) => event.channel === channel).map(({ data1, data2 }) => [data1, data2]), [[123, 0], [120, 0], [64, 0]]);
    }
  });

  it('ends every note when it is closed', () => {
    const struck = onsets(result.close).map(({ channel, data1 }) => `${channel} ${data1}`);
    assert.equal(struck.length, 2);
    assert.deepEqual(offs(result.close).sort(), struck.sort());
  });
});

/** Note-ons as they came: notes of a beat in the order they were queued. */
function onsets(events: readonly DumpedEvent[]): readonly DumpedEvent[] {
  return events.filter(({ kind }) => kind === 'Note on');
}

function offs(events: readonly DumpedEvent[]): string[] {
  return events.filter(({ kind }) => kind === 'Note off').map(({ channel, data1 }) => `${channel} ${data1}`);
}
