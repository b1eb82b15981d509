import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { Note } from '../../../src/engine/music/note.js';
import { numberedTake, range } from './numbered-voices.js';

/** What each beat sounds: the null composer climbs a chromatic scale, a step a beat, that starts again every twelve. */
const steps = (notes: readonly Note[]): number[] => notes.map((note) => note.pitch - 60);
const climbed = (from: number, until: number): number[] => range(from, until).map((beat) => beat % 12);

describe('a frozen deck', () => {
  it('repeats the last bars exactly from the next bar on, and thaws at the next with the loop in its past', async () => {
    const { offline, voices, write, events } = await numberedTake();
    await offline.playUntil(9);
    await write('freeze', 2);
    assert.equal(offline.parameters.get('deck/1/frozen'), 2);
    await offline.playUntil(33);
    await write('thaw');
    assert.equal(offline.parameters.get('deck/1/frozen'), 0);
    await offline.playUntil(44);
    await offline.end();
    const { notes } = offline.recorder.score();
    const loop = climbed(4, 12);
    assert.deepEqual(notes.map(({ beat }) => beat), range(0, 44));
    assert.deepEqual(steps(notes), [...climbed(0, 12), ...loop, ...loop, ...loop, ...climbed(36, 44)]);
    assert.deepEqual([voices.loads, offline.recorder.hanging, offline.ensemble.decks[0].underruns], [['1'], 0, 0]);
    const thawed = voices.composer('1').primed.at(-1);
    assert.equal(thawed?.atBeat, 36);
    assert.deepEqual(steps((thawed?.history.notes ?? []).filter(({ beat }) => beat >= 12)), [...loop, ...loop, ...loop]);
    assert.equal(events.filter((event) => event.type === 'swap' && event.stage === 'loading').length, 2);
  });

  it('composes every beat of its loop once', async () => {
    const { offline, write } = await numberedTake();
    const [deck] = offline.ensemble.decks;
    const begun: number[] = [];
    const compose = deck.steering.compose.bind(deck.steering);
    deck.steering.compose = async (voice, place, ...others) => {
      if (voice.loopBars === undefined) return compose(voice, place, ...others);
      const isAgain = begun.includes(place.fromBeat);
      begun.push(place.fromBeat);
      // What comes again would come without end.
      assert.ok(!isAgain, `beat ${place.fromBeat} is composed again`);
      return compose(voice, place, ...others);
    };
    await offline.playUntil(6);
    await write('freeze', 1);
    await offline.playUntil(20);
    await offline.end();
    const [first] = begun;
    assert.deepEqual(begun, range(first, first + begun.length));
    assert.ok(begun.length >= 12, String(begun));
  });

  it('takes the very next bar even where it is asked for late in the one before', async () => {
    const { offline, write } = await numberedTake();
    await offline.playUntil(7.5);
    await write('freeze');
    await offline.playUntil(16);
    await offline.end();
    assert.deepEqual(steps(offline.recorder.score().notes), [...climbed(0, 8), ...climbed(4, 8), ...climbed(4, 8)]);
  });

  it('repeats what there is where it is asked for more, and parts of a bar', async () => {
    const { offline, write, events } = await numberedTake();
    await offline.playUntil(3);
    await write('freeze', 16);
    await offline.playUntil(9);
    await write('freeze', 0.5);
    await offline.playUntil(16);
    await offline.end();
    assert.deepEqual(steps(offline.recorder.score().notes), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 2, 3, 2, 3]);
    const said = events.flatMap((event) => (event.type === 'notice' ? [event.sentence] : []));
    assert.deepEqual(said, ['Deck 1 repeats a bar; thaw lets 1 go on.', 'Deck 1 repeats 0.5 bars; thaw lets 1 go on.']);
  });

  it('loses its loop to a pack that is loaded, and its own pack is parked', async () => {
    const { offline, voices, write, text } = await numberedTake();
    await offline.playUntil(6);
    await write('freeze', 1);
    await offline.playUntil(10);
    await write('load', '2');
    assert.deepEqual([offline.parameters.get('deck/1/frozen'), text('parked')], [0, '1']);
    await offline.playUntil(14);
    await write('back');
    await offline.playUntil(24);
    await offline.end();
    assert.deepEqual(voices.loads, ['1', '2']);
    assert.ok(voices.opened.every(({ composer }) => composer.disposals === 1));
  });

  it('loads its pack again where that died while the loop played', async () => {
    const { offline, voices, write, events } = await numberedTake();
    await offline.playUntil(6);
    await write('freeze', 1);
    await offline.playUntil(10);
    voices.composer('1').die(new ContinuoError('modelFailed', 'its thread ended'));
    assert.ok(events.some((event) => event.type === 'error' && event.sentence.startsWith('1, which waits for deck 1 to thaw, is gone')));
    await offline.playUntil(14);
    await write('thaw');
    await offline.playUntil(24);
    assert.equal(offline.ensemble.decks[0].underruns, 0);
    await offline.end();
    assert.deepEqual(voices.loads, ['1', '1']);
    assert.ok(voices.opened.every(({ composer }) => composer.disposals === 1));
  });

  it('follows a host that jumps', async () => {
    const { offline, write } = await numberedTake();
    await offline.playUntil(6);
    await write('freeze', 1);
    await offline.playUntil(10);
    offline.ensemble.decks[0].relocate(10, 102);
    await offline.ensemble.decks[0].settled();
    const planned = offline.ensemble.decks[0].plan.from(102).notes;
    assert.deepEqual(steps(planned).slice(0, 6), [6, 7, 4, 5, 6, 7]);
    await offline.end();
  });

  it('is told what cannot be done', async () => {
    const { offline, write } = await numberedTake();
    await assert.rejects(write('thaw'), /Deck 1 is not frozen\./);
    await assert.rejects(write('freeze', 65), /0\.25 to 64 bars can be repeated, not 65\./);
    await offline.playUntil(6);
    await write('freeze', 1);
    await assert.rejects(write('rewind', 1), /Deck 1 is frozen: thaw it first\./);
    await assert.rejects(write('keep-state', 'verse'), /frozen/);
    await offline.end();
  });
});
