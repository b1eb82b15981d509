import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numberedTake, type NumberedTake } from './numbered-voices.js';

/** Something happens while pack 2 composes what it is to begin with. */
async function whileGettingReady(happens: (take: NumberedTake) => Promise<void>): Promise<NumberedTake> {
  const take = await numberedTake();
  const { voices } = take;
  const open = voices.open.bind(voices);
  voices.open = async (request, onFailure) => {
    const voice = await open(request, onFailure);
    const compose = voice.composer.compose.bind(voice.composer);
    let composed = 0;
    voice.composer.compose = async (...asked) => {
      const span = await compose(...asked);
      composed += 1;
      if (composed === 1) await happens(take);
      return span;
    };
    return voice;
  };
  return take;
}

describe('a newcomer', () => {
  it('begins with what was turned while it got ready', async () => {
    const { offline } = await whileGettingReady(async (take) => {
      await take.offline.parameters.write('deck/1/low-pitch', [90], 'test');
    });
    await offline.playUntil(5);
    await offline.swap('2', 'bar');
    await offline.playUntil(14);
    const { notes } = offline.recorder.score();
    const own = notes.filter(({ channel }) => channel === 2).map(({ beat, pitch }) => [beat, pitch >= 90]);
    assert.deepEqual(own.slice(0, 3), [8, 9, 10].map((beat) => [beat, true]));
    assert.deepEqual(notes.filter(({ beat }) => beat < 8).length, 8);
    await offline.end();
  });

  it('that accompanies hears what was played while it got ready', async () => {
    const take = await whileGettingReady(async ({ offline: { ensemble } }) => {
      ensemble.hearing.note('keys', { beat: ensemble.session.beat() - 0.2, duration: 0.2, channel: 0, pitch: 99, velocity: 90 });
      ensemble.decks[0].modes.look();
    });
    await take.write('play-mode', 'accompany');
    await take.offline.playUntil(5);
    await take.offline.swap('2', 'bar');
    await take.offline.playUntil(8.5);
    const heard = take.voices.composer('2').primed.filter(({ history }) => history.notes.some(({ pitch }) => pitch === 99));
    assert.deepEqual(heard.map(({ atBeat }) => atBeat), [8]);
    await take.offline.end();
  });

  it('is asked for nothing anew where nothing was wished for meanwhile', async () => {
    const { offline, voices } = await whileGettingReady(async () => undefined);
    await offline.parameters.write('deck/1/low-pitch', [70], 'test');
    await offline.playUntil(5);
    await offline.swap('2', 'bar');
    const composer = voices.composer('2');
    let rewinds = 0;
    const rewind = composer.rewind.bind(composer);
    composer.rewind = async (beat) => {
      rewinds += 1;
      await rewind(beat);
    };
    await offline.playUntil(14);
    assert.deepEqual([rewinds, composer.primed.length], [0, 1]);
    await offline.end();
  });
});
