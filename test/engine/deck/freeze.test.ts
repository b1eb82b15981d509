import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { Note } from '../../../src/engine/music/note.js';
import { AttentiveComposer, Stage } from './modes/stage.js';
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

  it('is none, and said to be none, where the freeze is called off on its way', async () => {
    const { offline, events, write } = await numberedTake();
    const { parameters } = offline;
    const [deck] = offline.ensemble.decks;
    const sentences = (): string[] => events.flatMap((event) => (event.type === 'notice' ? [event.sentence] : []));
    await parameters.write('horizon', [4], 'test');
    await offline.playUntil(8.5);
    const frozen = parameters.write('deck/1/freeze', [1], 'test');
    await deck.settled();
    deck.succession.callOff();
    await offline.playUntil(16);
    await frozen;
    assert.deepEqual([parameters.get('deck/1/frozen'), sentences()], [0, []]);
    await write('freeze', 1);
    assert.deepEqual([parameters.get('deck/1/frozen'), sentences()], [1, ['Deck 1 repeats a bar; thaw lets 1 go on.']]);
    await offline.end();
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

  it('repeats the same bars still where it was silent for a while, each on a bar line', async () => {
    for (const mode of ['answer', 'fill', 'query']) {
      const { offline, write } = await numberedTake();
      await offline.playUntil(9);
      await write('freeze', 2);
      await offline.playUntil(14);
      await write('play-mode', mode);
      await offline.playUntil(41);
      await write('play-mode', 'continue');
      await offline.playUntil(60);
      const { underruns } = offline.ensemble.decks[0];
      await offline.end();
      const after = offline.recorder.score().notes.filter(({ beat }) => beat >= 44);
      assert.deepEqual(after.map(({ beat }) => beat), range(44, 60), mode);
      const loop = climbed(4, 12);
      const first = loop.indexOf(steps(after)[0]);
      assert.deepEqual([first % 4, steps(after)], [0, range(first, first + 16).map((step) => loop[step % 8])], mode);
      assert.deepEqual([underruns, offline.recorder.hanging], [0, 0]);
    }
  });

  it('goes on where it was when the host has jumped and it was silent for a while', async () => {
    const stage = await Stage.begin({});
    const set = (word: string, value: string | number) => (): void => void stage.parameters.write(`deck/1/${word}`, [value], 'test');
    const { ensemble, clock, deck } = stage;
    stage.at(9, set('freeze', 2));
    stage.at(14, () => ensemble.follow({ bpm: 120, beatOrigin: 106, timeOrigin: clock.now() }));
    stage.at(118, set('play-mode', 'answer'));
    stage.at(128, set('play-mode', 'continue'));
    const barAt = (beat: number): readonly number[] => deck.plan.from(beat).notes.filter((note) => note.beat < beat + 4).map(({ pitch }) => pitch);
    await stage.playUntil(14);
    await stage.playUntil(140);
    assert.equal(barAt(108).length, 4);
    assert.notDeepEqual(barAt(108), barAt(112));
    assert.deepEqual([barAt(132), barAt(136)], [barAt(108), barAt(112)]);
  });

  it('repeats long notes whole however often somebody plays into it whom it accompanies', async () => {
    class Legato extends AttentiveComposer {
      override async compose(...asked: Parameters<AttentiveComposer['compose']>): Promise<ComposedSpan> {
        const span = await super.compose(...asked);
        return { ...span, notes: span.notes.map((note) => ({ ...note, duration: 1.75 })) };
      }
    }
    const stage = await Stage.begin({}, new Legato());
    stage.at(5, () => void stage.parameters.write('deck/1/freeze', [1], 'test'));
    stage.at(9, () => void stage.parameters.write('deck/1/play-mode', ['accompany'], 'test'));
    stage.willPlay(...range(10, 30).map((beat) => [beat + 0.37, 0.3, 50] as const));
    await stage.playUntil(40);
    const bars = range(2, 9).map((bar) => stage.deck.plan.from(bar * 4).notes.filter(({ beat }) => beat < bar * 4 + 4).map(({ beat, pitch, duration }) => [beat - bar * 4, pitch, duration]));
    assert.equal(bars[0].length, 4);
    for (const bar of bars) assert.deepEqual(bar, bars[0]);
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
