import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { Stage } from './modes/stage.js';
import { beatsOf, NumberedVoices, range } from './numbered-voices.js';

interface Swap {
  readonly voices: NumberedVoices;
  readonly stage: Stage;
  readonly arrivals: readonly number[];
  /** What a performer does at a beat. */
  does(beat: number, word: string, ...values: readonly ParameterValue[]): void;
  /** Plays on, and ends what was done. */
  playUntil(beat: number): Promise<void>;
}

/** Pack 1 plays; pack 2 is asked for at beat 4.5, takes over at once and owns what comes from beat 8 on. */
async function swapping(values: Readonly<Record<string, number | string | boolean>> = {}): Promise<Swap> {
  const voices = new NumberedVoices();
  const stage = await Stage.with(voices, '1', values);
  const arrivals: number[] = [];
  stage.parameters.onEvent((event) => {
    if (event.type === 'swap' && event.stage === 'ready') arrivals.push(stage.ensemble.session.beat(), event.atBeat ?? Number.NaN);
  });
  const done: Promise<void>[] = [];
  const does: Swap['does'] = (beat, word, ...given) => stage.at(beat, () => void done.push(stage.parameters.write(`deck/1/${word}`, given, 'test')));
  const playUntil = async (beat: number): Promise<void> => {
    await stage.playUntil(beat);
    await Promise.all(done);
  };
  does(1, 'cue', '2');
  does(4.5, 'load', '2', 'bar');
  await playUntil(5);
  assert.deepEqual([stage.deck.pack, ...arrivals.map(Math.round)], ['2', 5, 8]);
  return { voices, stage, arrivals, does, playUntil };
}

/** Each pack played what it owns, and all of that; no sixteenth was without music. */
function assertOwned({ stage }: Swap, untilBeat: number, boundary = 8): void {
  assert.deepEqual([beatsOf(stage.played, 1), beatsOf(stage.played, 2)], [range(0, boundary), range(boundary, untilBeat)]);
  assert.deepEqual([stage.deck.realTime.missedTicks, stage.deck.underruns], [0, 0]);
}

describe('a newcomer that is there before its boundary', () => {
  it('leaves what comes before to the pack that goes, whatever knob is turned', async () => {
    for (const [word, value] of [['temperature', 0.5], ['seed', 7], ['low-pitch', 40]] as const) {
      const swap = await swapping();
      for (let turn = 0; turn < 16; turn += 1) swap.does(5 + turn / 4, word, word === 'temperature' ? value + turn / 20 : value + turn);
      await swap.playUntil(15.9);
      assertOwned(swap, 16);
    }
  });

  it('knows from its first note on what was turned before it', async () => {
    const swap = await swapping();
    swap.does(5, 'low-pitch', 90);
    await swap.playUntil(11.9);
    assertOwned(swap, 12);
    assert.deepEqual(swap.stage.played.filter(({ pitch }) => pitch >= 90).map(({ beat }) => beat), range(8, 12));
  });

  it('hears what is played to it, and is heard from its boundary on', async () => {
    const swap = await swapping({ 'play-mode': 'accompany' });
    swap.stage.willPlay([5.25, 0.25, 67], [6.5, 0.25, 69], [7.25, 0.25, 71]);
    await swap.playUntil(15.9);
    assertOwned(swap, 16);
    const { history } = swap.voices.composer('2').primed.at(-1) ?? assert.fail('never primed');
    assert.deepEqual(history.notes.filter(({ channel }) => channel === 0).map(({ beat }) => beat), [5.25, 6.5, 7.25]);
  });

  it('is given notes, and sent back, from its boundary on', async () => {
    const swap = await swapping();
    swap.does(5, 'rewind', 1);
    await swap.playUntil(15.9);
    assertOwned(swap, 16);
    const other = await swapping();
    await assert.rejects(other.stage.parameters.write('deck/1/force', ['C5:1', 7], 'test'), /from beat 8 on/);
  });

  it('owns its boundary where the host takes that', async () => {
    const swap = await swapping();
    swap.stage.ensemble.follow({ bpm: 120, beatOrigin: 17, timeOrigin: swap.stage.clock.now() });
    swap.does(17.1, 'temperature', 0.5);
    await swap.playUntil(23.9);
    assert.deepEqual([beatsOf(swap.stage.played, 1), beatsOf(swap.stage.played, 2)].map((beats) => beats.filter((beat) => beat > 5)), [range(17, 20), range(20, 24)]);
  });

  it('plays from there on at the soonest where its deck has been silent', async () => {
    const swap = await swapping({ 'play-mode': 'query' });
    swap.does(5, 'play-mode', 'continue');
    await swap.playUntil(15.9);
    assert.deepEqual([beatsOf(swap.stage.played, 1), beatsOf(swap.stage.played, 2)], [[], range(8, 16)]);
  });

  it('is said to be the pack that plays once it is heard, and none is once it has died', async () => {
    const { stage, voices, playUntil } = await swapping();
    const named = (): string => {
      stage.ensemble.publishCounters();
      return stage.parameters.text('deck/1/pack');
    };
    assert.equal(named(), '1');
    await playUntil(7.9);
    assert.equal(named(), '1');
    await playUntil(8.1);
    assert.equal(named(), '2');
    voices.composer('2').die(new ContinuoError('deviceLost', 'it is gone'));
    await playUntil(8.2);
    assert.equal(named(), '');
  });

  it('is said to be the pack that plays where none was heard before', async () => {
    const { stage } = await swapping();
    const { ensemble, parameters } = stage;
    const deck = ensemble.addDeck();
    const loaded = deck.load('3', 'bar');
    await stage.playUntil(7.9);
    await loaded;
    ensemble.publishCounters();
    assert.deepEqual([parameters.text('deck/2/pack'), deck.state], ['3', 'playing']);
  });
});
