import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { NullComposer } from '../../src/engine/contracts/null-composer.js';
import { bindDeckCount } from '../../src/engine/deck-count.js';
import type { Voice } from '../../src/engine/deck/voice.js';
import { Ensemble } from '../../src/engine/ensemble.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { TakeRecorder } from '../../src/engine/rendering/take-recorder.js';
import { LocalSender } from '../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../src/engine/time/clock.js';
import { timeAt } from '../../src/engine/time/timeline.js';

const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };

class CountedComposer extends NullComposer {
  static alive = 0;

  override async prepare(): Promise<void> {
    CountedComposer.alive += 1;
    await super.prepare();
  }

  override async dispose(): Promise<void> {
    CountedComposer.alive -= 1;
    await super.dispose();
  }
}

async function stage() {
  const clock = new VirtualClock();
  const sender = new LocalSender(clock, { timeline });
  const recorder = new TakeRecorder();
  await sender.attach({ name: 'take', leadMicros: 0, offsetMicros: 0, sendsClock: false }, recorder);
  const parameters = new ParameterStore();
  const voices = {
    fallback: undefined,
    open: async ({ pack }: { pack: string }): Promise<Voice> => {
      const composer = new CountedComposer();
      await composer.prepare();
      return { pack, composer, sampling: {} };
    },
  };
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline, places: 2 }, 1);
  const [first] = loadConfiguration().decks;
  const configuration = { ...loadConfiguration(), decks: [first, { ...first, channel: 5, outputs: ['take'] }] };
  bindDeckCount({ ensemble, parameters, configuration }, (deck) => deck.load('null', 'now'));
  await ensemble.decks[0].load('null', 'now');
  ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  const settled = (): Promise<unknown> => Promise.all(ensemble.decks.map((deck) => deck.settled()));
  return {
    parameters, ensemble, recorder, settled,
    set: (address: string, value: number | boolean) => parameters.write(address, [value], 'test'),
    playUntil: async (beat: number) => {
      for (let next = Math.floor(clock.now() / 500_000) + 1; next <= beat; next += 1) {
        await settled();
        sender.advanceTo(timeAt(timeline, next) - 1);
      }
    },
    end: async () => {
      await ensemble.dispose();
      await sender.close();
    },
  };
}

describe('the number of decks', () => {
  it('grows while the music plays, by decks that begin as the configuration says, and shrinks without a note that hangs', async () => {
    const play = await stage();
    await play.playUntil(2);
    const told: string[] = [];
    play.parameters.onAddresses((prefix) => told.push(prefix));
    await play.set('decks', 3);
    assert.deepEqual(play.ensemble.decks.map(({ number }) => number), [1, 2, 3]);
    assert.equal(play.parameters.get('deck/2/channel'), 5);
    assert.equal(play.parameters.get('deck/3/outputs'), 'all');
    await play.playUntil(12);
    assert.ok(play.recorder.score().notes.some(({ channel }) => channel === 4));
    await play.set('decks', 1);
    assert.deepEqual(told, ['deck/2/', 'deck/3/', 'deck/3/', 'deck/2/']);
    assert.ok(!play.parameters.has('deck/2/channel') && !play.parameters.has('deck/3/mute'));
    assert.equal(CountedComposer.alive, 1);
    await play.set('beats-per-bar', 3);
    const before = play.recorder.score().notes.filter(({ channel }) => channel === 4).length;
    await play.playUntil(20);
    assert.equal(play.recorder.score().notes.filter(({ channel }) => channel === 4).length, before);
    await play.end();
    assert.equal(play.recorder.hanging, 0);
    assert.equal(CountedComposer.alive, 0);
  });

  it('lets the others be heard again when the one goes that plays solo', async () => {
    const play = await stage();
    await play.set('decks', 2);
    await play.settled();
    await play.set('deck/2/solo', true);
    assert.equal(play.ensemble.decks[0].ahead.audible, false);
    await play.set('decks', 1);
    assert.equal(play.ensemble.decks[0].ahead.audible, true);
    await play.end();
  });

  it('takes one change after the other, and ends with the last', async () => {
    const play = await stage();
    await Promise.all([5, 2, 8, 3].map((count) => play.set('decks', count)));
    assert.equal(play.ensemble.decks.length, 3);
    assert.equal(play.parameters.get('decks'), 3);
    await assert.rejects(play.set('decks', 9), /1 to 8 decks/);
    await play.settled();
    await play.end();
  });
});
