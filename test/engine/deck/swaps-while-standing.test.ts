import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { Stage } from './modes/stage.js';
import { beatsOf, NumberedVoices, range } from './numbered-voices.js';

interface Standing {
  readonly stage: Stage;
  readonly voices: NumberedVoices;
  stop(): void;
  /** The host plays on from a beat. */
  playFrom(beat: number): void;
  load(boundary: string): { readonly done: Promise<void>; isDone(): boolean };
}

/** A pack is loaded and the music stands at beat 0. */
async function standing(pack = '1'): Promise<Standing> {
  const voices = new NumberedVoices();
  const stage = await Stage.with(voices, pack, {});
  const { ensemble, clock } = stage;
  const stop = (): void => ensemble.transport({ type: 'stop', beat: ensemble.session.beat(), micros: clock.now() });
  stop();
  return {
    stage,
    voices,
    stop,
    playFrom: (beat) => {
      const micros = clock.now();
      ensemble.follow({ bpm: 120, beatOrigin: beat, timeOrigin: micros });
      ensemble.transport({ type: 'continue', beat, micros });
    },
    load: (boundary) => {
      let isDone = false;
      const done = stage.parameters.write('deck/1/load', ['2', boundary], 'test').finally(() => (isDone = true));
      return { done, isDone: () => isDone };
    },
  };
}

/** Each pack played all beats of its own, and no sixteenth was without music. */
function assertChangedAt({ stage }: Standing, boundary: number, untilBeat: number): void {
  assert.deepEqual([beatsOf(stage.played, 1), beatsOf(stage.played, 2)], [range(0, boundary), range(boundary, untilBeat)]);
  assert.deepEqual([stage.deck.realTime.missedTicks, stage.deck.underruns], [0, 0]);
}

async function settle({ stage }: Standing): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    await new Promise(setImmediate);
    await stage.deck.settled();
  }
}

describe('a swap while the music stands', () => {
  it('waits for the old pack to play up to a boundary beyond what it has written', async () => {
    for (const [boundary, beat] of [['4-bars', 16], ['8-bars', 32]] as const) {
      const set = await standing();
      set.playFrom(0);
      await set.stage.playUntil(1.25);
      set.stop();
      const { done, isDone } = set.load(boundary);
      await settle(set);
      assert.equal(isDone(), false, boundary);
      set.playFrom(1.25);
      await set.stage.playUntil(beat + 7.9);
      await done;
      assertChangedAt(set, beat, beat + 8);
    }
  });

  it('waits on where the music is stopped and goes on', async () => {
    const set = await standing();
    set.playFrom(0);
    await set.stage.playUntil(8.5);
    const { done, isDone } = set.load('8-bars');
    await set.stage.playUntil(9.25);
    set.stop();
    await settle(set);
    assert.equal(isDone(), false);
    set.playFrom(9.25);
    await set.stage.playUntil(39.9);
    await done;
    assertChangedAt(set, 32, 40);
  });

  it('finds its boundary anew where the music begins from the top', async () => {
    const set = await standing();
    set.playFrom(0);
    await set.stage.playUntil(8.5);
    const { done } = set.load('8-bars');
    await set.stage.playUntil(9.25);
    set.stop();
    await settle(set);
    set.playFrom(0);
    await set.stage.playUntil(39.9);
    await done;
    const twice = [...range(0, 10), ...range(0, 32)].sort((a, b) => a - b);
    assert.deepEqual([beatsOf(set.stage.played, 1), beatsOf(set.stage.played, 2)], [twice, range(32, 40)]);
    assert.equal(set.stage.deck.realTime.missedTicks, 0);
  });

  it('is done at once where the old pack has written up to its boundary, or the music stands on it', async () => {
    for (const [at, boundary, beat] of [[0, '8-bars', 0], [0, 'bar', 0], [1.25, 'bar', 4]] as const) {
      const set = await standing();
      set.playFrom(0);
      await set.stage.playUntil(at);
      set.stop();
      const { done, isDone } = set.load(boundary);
      await settle(set);
      assert.equal(isDone(), true, boundary);
      await done;
      set.playFrom(at);
      await set.stage.playUntil(11.9);
      assertChangedAt(set, beat, 12);
    }
  });

  it('takes place where the music stands where that is what a scene means', async () => {
    const set = await standing();
    set.playFrom(0);
    await set.stage.playUntil(1.25);
    set.stop();
    await set.stage.deck.load('2', '4-bars', { atBeat: () => 1.25 });
    set.playFrom(1.25);
    await set.stage.playUntil(11.9);
    assert.deepEqual([beatsOf(set.stage.played, 1), beatsOf(set.stage.played, 2)], [range(0, 2), range(2, 12)]);
  });

  it('takes place where the music stands once the old pack has died and nothing goes on for it', async () => {
    const set = await standing('15');
    set.playFrom(0);
    await set.stage.playUntil(1.25);
    set.stop();
    const { done } = set.load('8-bars');
    await settle(set);
    set.voices.composer('15').die(new ContinuoError('deviceLost', 'it is gone'));
    await settle(set);
    await done;
    set.playFrom(1.25);
    await set.stage.playUntil(11.9);
    assert.deepEqual(beatsOf(set.stage.played, 2), range(2, 12));
    assert.deepEqual([set.stage.deck.realTime.missedTicks, set.stage.deck.underruns], [0, 0]);
  });

  it('comes to a deck that was to begin and is silent all the same', async () => {
    for (const [first, ...others] of [['query', 'continue', 'query'], ['answer', 'continue', 'answer']]) {
      const set = await standing();
      const { stage } = set;
      await stage.parameters.write('deck/1/play-mode', [first], 'test');
      set.playFrom(0);
      await stage.playUntil(5.3);
      set.stop();
      for (const mode of others) {
        await stage.parameters.write('deck/1/play-mode', [mode], 'test');
        stage.ensemble.advance();
        await settle(set);
      }
      const { done } = set.load('bar');
      await settle(set);
      stage.ensemble.advance();
      await settle(set);
      await done;
      assert.equal(stage.deck.pack, '2', others.join());
    }
  });
});

describe('a swap that waits for others', () => {
  it('waits no longer once it is called off', async () => {
    const set = await standing();
    let isToldOf = false;
    const { deck } = set.stage;
    let waits = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (waits = resolve));
    const meet = (): Promise<void> => {
      waits();
      return new Promise(() => undefined);
    };
    const former = deck.load('2', 'bar', { meet, abandoned: () => (isToldOf = true) });
    await waiting;
    const { done } = set.load('now');
    assert.ok(isToldOf);
    await settle(set);
    await Promise.all([former, done]);
    assert.equal(deck.pack, '2');
  });
});
