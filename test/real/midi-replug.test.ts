import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { QuickReplugResult, ReplugBoxResult, ReplugResult } from './inner/replug-result.js';
import { faultsOfEnds } from './support/dumped-music.js';
import { runScriptInSequencer, skipWithoutSequencer } from './support/sequencer.js';

const limitSeconds = 240;
const channels = 16;
const allNotesOff = 123;

const skip = skipWithoutSequencer('aconnect', 'aseqdump');

describe('MIDI devices that are unplugged while it plays', { skip }, () => {
  let result: ReplugResult;

  before(async () => {
    result = await runScriptInSequencer<ReplugResult>(fileURLToPath(new URL('./inner/replug.js', import.meta.url)), { limitSeconds });
  });

  it('plays to a device that comes later, and says when it is gone and when it is back', () => {
    const told = result.sentences.filter((sentence) => /aseqdump/.test(sentence)).map((sentence) => (/is gone/.test(sentence) ? 'gone' : 'there'));
    assert.deepEqual(told, ['there', 'gone', 'there']);
  });

  it('first silences a device that is back, then plays on where the music is', () => {
    const kinds = result.second.map(({ kind }) => kind);
    const silenced = result.second.slice(0, kinds.indexOf('Note on')).filter(({ kind, data1 }) => kind === 'Control change' && data1 === allNotesOff);
    assert.ok(silenced.length >= channels, `${silenced.length} channels silenced`);
    assert.ok(kinds.includes('Clock'));
  });

  it('leaves no note hanging on a device that is back', () => {
    const played = result.second.slice(result.second.findIndex(({ kind }) => kind === 'Note on'));
    assert.deepEqual(faultsOfEnds(played).filter((fault) => !fault.endsWith('without having sounded')), []);
  });

  it('follows the clock of a sequencer that is back, as before', () => {
    const leaders = result.sentences.flatMap((sentence) => /^(\S+) leads the clock$/.exec(sentence)?.[1] ?? []);
    assert.deepEqual(leaders.slice(-3), ['midi-clock', 'internal', 'midi-clock']);
    assert.equal(result.exitCode, 0);
  });
});

describe('a box of knobs that is unplugged while it plays', { skip }, () => {
  it('is heard when it comes and when it is back, and shows what is', async () => {
    const { sentences, turnsWhileGone, turns, exitCode } = await runScriptInSequencer<ReplugBoxResult>(fileURLToPath(new URL('./inner/replug-box.js', import.meta.url)), { limitSeconds });
    const told = sentences.map((sentence) => `${/Lamps/.test(sentence) && !/^Heard/.test(sentence) ? 'lamps' : 'knobs'} ${/is gone/.test(sentence) ? 'gone' : 'there'}`);
    assert.deepEqual(told.toSorted(), ['knobs gone', 'knobs there', 'knobs there', 'lamps gone', 'lamps there', 'lamps there']);
    assert.ok(turns > turnsWhileGone);
    assert.equal(exitCode, 0);
  });
});

describe('MIDI devices that are pulled and back between two looks', { skip: skipWithoutSequencer() }, () => {
  it('are noticed though their names and numbers are the same: one is silenced and played to, the other heard', async () => {
    const { before, after, messages, sentences, exitCode } = await runScriptInSequencer<QuickReplugResult>(fileURLToPath(new URL('./inner/quick-replug.js', import.meta.url)), { limitSeconds });
    assert.equal(before.length, 2);
    assert.deepEqual(after, before);
    const first = messages.findIndex(([status, , velocity]) => (status & 0xf0) === 0x90 && velocity > 0);
    const silenced = messages.slice(0, first).filter(([status, controller]) => (status & 0xf0) === 0xb0 && controller === allNotesOff);
    assert.ok(silenced.length >= channels, `${silenced.length} channels silenced`);
    const told = sentences.map((sentence) => `${/Synth/.test(sentence) ? 'synth' : 'keys'} ${/is gone/.test(sentence) ? 'gone' : 'there'}`);
    assert.deepEqual(told.toSorted(), ['keys gone', 'keys there', 'synth gone', 'synth there']);
    assert.equal(exitCode, 0);
  });
});
