import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { beatsOf, numberedTake, range } from './numbered-voices.js';

describe('packs that wait', () => {
  it('are loaded and warm when they are cued, and take over without being loaded again', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await offline.playUntil(2);
    await write('cue', '2');
    assert.equal(text('cued'), '2');
    assert.deepEqual(beatsOf(voices.composer('2').primed[0].history.notes, 1), range(0, 2));
    await offline.playUntil(5);
    await write('load', '2');
    assert.equal(text('cued'), '');
    await offline.playUntil(16);
    await offline.end();
    assert.deepEqual(voices.loads, ['1', '2']);
    const { notes } = offline.recorder.score();
    assert.deepEqual([beatsOf(notes, 1), beatsOf(notes, 2)], [range(0, 8), range(8, 16)]);
    assert.deepEqual(beatsOf(voices.composer('2').primed.at(-1)?.history.notes ?? [], 1), range(0, 8));
  });

  it('are cued once, however often it is asked for, and in any number that fits', async () => {
    const { offline, voices, write, text } = await numberedTake();
    for (const pack of ['2', '3', '2', '4']) await write('cue', pack);
    assert.equal(text('cued'), '2, 3, 4');
    assert.deepEqual(voices.loads, ['1', '2', '3', '4']);
    await offline.end();
    assert.deepEqual(voices.opened.map(({ composer }) => composer.disposals), [1, 1, 1, 1]);
  });

  it('are refused past the limit with what to uncue, and fit once that is done', async () => {
    const { offline, write, text } = await numberedTake();
    await offline.parameters.write('cue-memory', [250], 'test');
    await write('cue', '2');
    await write('cue', '3');
    await assert.rejects(write('cue', '4'), (error: ContinuoError) => {
      assert.equal(error.message, '4 needs about 100 MiB to wait; cue-memory is 250 MiB and 2 (100 MiB, deck 1), 3 (100 MiB, deck 1) take 200: uncue one, or set cue-memory higher.');
      return error.code === 300;
    });
    await write('uncue', '2');
    await write('cue', '4');
    assert.equal(text('cued'), '3, 4');
    await assert.rejects(write('uncue', '2'), /Deck 1 has not cued 2; there are 3, 4\./);
    await offline.end();
  });

  it('are not left behind by a load that failed, and the reason is told', async () => {
    const { offline, write, text } = await numberedTake();
    await assert.rejects(write('cue', 'bad'), /damaged/);
    await assert.rejects(write('cue', 'gone'), /no pack gone/);
    assert.equal(text('cued'), '');
    await write('cue', '2');
    await offline.end();
  });

  it('are told of when they die, and are gone', async () => {
    const { offline, voices, write, text, events } = await numberedTake();
    await write('cue', '2');
    voices.composer('2').die(new ContinuoError('modelFailed', 'its thread ended'));
    assert.equal(text('cued'), '');
    const told = events.filter((event) => event.type === 'error').map((event) => event.sentence);
    assert.deepEqual(told, ['2, which waited on deck 1, is gone: its thread ended; cue it again.']);
    await write('load', '2');
    await offline.playUntil(12);
    assert.deepEqual(voices.loads, ['1', '2', '2']);
    await offline.end();
    assert.deepEqual(voices.opened.map(({ composer }) => composer.disposals), [1, 1, 1]);
  });

  it('go back to where they waited when a later load replaces theirs', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await write('cue', '2');
    await offline.playUntil(1);
    const first = offline.parameters.write('deck/1/load', ['2', '8-bars'], 'test');
    await offline.ensemble.decks[0].settled();
    assert.equal(text('cued'), '');
    await write('load', '3', 'beat');
    await first;
    await offline.playUntil(12);
    assert.equal(text('cued'), '2');
    await write('load', '2');
    assert.deepEqual(voices.loads, ['1', '2', '3']);
    await offline.end();
  });

  it('are loaded anew where the pack on the shelf is another by now', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await write('cue', '2');
    voices.edition = 'trained further';
    await write('load', '2');
    assert.deepEqual(voices.loads, ['1', '2', '2']);
    assert.equal(voices.opened[1].composer.disposals, 1);
    assert.equal(text('cued'), '');
    await offline.end();
  });
});

describe('back', () => {
  it('returns to the pack that played before at the boundary, without loading it, with what was played since', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await offline.playUntil(2);
    await write('load', '2');
    await offline.playUntil(6);
    assert.equal(text('parked'), '1');
    await write('back');
    await offline.playUntil(14);
    await write('back', 'beat');
    await offline.playUntil(24);
    await offline.end();
    assert.deepEqual(voices.loads, ['1', '2']);
    const { notes } = offline.recorder.score();
    assert.deepEqual([beatsOf(notes, 1), beatsOf(notes, 2)], [[...range(0, 4), ...range(8, 15)], [...range(4, 8), ...range(15, 24)]]);
    assert.equal(offline.recorder.hanging, 0);
    const [, again] = voices.composer('1').primed.slice(-2);
    assert.equal(again.atBeat, 8);
    assert.deepEqual([beatsOf(again.history.notes, 1), beatsOf(again.history.notes, 2)], [range(0, 4), range(4, 8)]);
  });

  it('loads the pack again where its voice was freed: the one that played longest ago goes first, cued ones stay', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await offline.parameters.write('cue-memory', [320], 'test');
    await write('cue', '9');
    for (const pack of ['2', '3', '4']) await write('load', pack, 'beat');
    assert.deepEqual([text('cued'), text('parked')], ['9', '2, 3']);
    assert.equal(voices.composer('1').disposals, 1);
    await offline.parameters.write('cue-memory', [100], 'test');
    assert.deepEqual([text('cued'), text('parked')], ['9', '']);
    await write('back', 'beat');
    assert.deepEqual(voices.loads, ['1', '9', '2', '3', '4', '3']);
    await offline.end();
    assert.ok(voices.opened.every(({ composer }) => composer.disposals === 1));
  });

  it('says so where nothing played before', async () => {
    const { offline, write } = await numberedTake();
    await assert.rejects(write('back'), /Deck 1 has played no other pack to come back to: load one first\./);
    await offline.end();
  });

  it('takes over from a pack that died from the one that is parked, at once', async () => {
    const { offline, voices, write } = await numberedTake();
    await write('load', '2', 'beat');
    await offline.playUntil(8);
    voices.composer('2').die(new ContinuoError('modelFailed', 'its thread ended'));
    await offline.playUntil(10);
    await write('back', 'beat');
    await offline.playUntil(20);
    assert.equal(offline.ensemble.decks[0].pack, '1');
    assert.equal(offline.ensemble.decks[0].underruns, 0);
    await offline.end();
  });
});
