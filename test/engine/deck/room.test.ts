import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { NullOutput } from '../../../src/engine/contracts/null-output.js';
import type { Voice, VoiceSource } from '../../../src/engine/deck/voice.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import type { Note } from '../../../src/engine/music/note.js';
import { mostDecks } from '../../../src/engine/parameters/most-decks.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';

const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
const beatMicros = 500_000;
/** No pack writes so much; a loop of the densest quarter of a beat may. */
const notesPerBeat = 48;

class DenseComposer extends NullComposer {
  override async compose(...asked: Parameters<NullComposer['compose']>): Promise<ComposedSpan> {
    const span = await super.compose(...asked);
    const note = (beat: number, index: number): Note => ({ beat: beat + index / notesPerBeat, duration: 1 / notesPerBeat, channel: 0, pitch: 30 + index, velocity: 80 });
    return { ...span, notes: span.notes.flatMap(({ beat }) => Array.from({ length: notesPerBeat }, (_unused, index) => note(beat, index))) };
  }
}

const voices: VoiceSource = {
  fallback: undefined,
  open: async ({ pack }): Promise<Voice> => {
    const composer = new DenseComposer();
    await composer.prepare();
    return { pack, composer, sampling: {} };
  },
};

/** As many decks as there may be, each of which writes as much as none does, as far ahead as can be wished for. */
async function crowd() {
  const clock = new VirtualClock();
  const sender = new LocalSender(clock, { timeline });
  await sender.attach({ name: 'one', leadMicros: 0, offsetMicros: 0, sendsClock: false }, new NullOutput());
  const parameters = new ParameterStore();
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline }, mostDecks);
  await parameters.write('horizon', [64], 'test');
  const settle = async (): Promise<void> => {
    for (const deck of ensemble.decks) await deck.settled();
  };
  for (const deck of ensemble.decks) await deck.load('dense', 'now');
  await settle();
  ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  const playUntil = async (beat: number): Promise<void> => {
    while (clock.now() < beat * beatMicros) {
      sender.advanceTo(clock.now() + beatMicros / 4);
      ensemble.advance();
      await settle();
    }
  };
  const allOf = async (word: string, value: number | boolean): Promise<void> => {
    for (const { number } of ensemble.decks) await parameters.write(`deck/${number}/${word}`, [value], 'test');
  };
  return { clock, sender, ensemble, parameters, playUntil, allOf };
}

describe('the room in the send queue', () => {
  it('is enough for whatever the decks write, however far ahead they may', async () => {
    const { sender, ensemble, playUntil } = await crowd();
    await playUntil(16);
    const { droppedFull, sent } = sender.counters();
    assert.equal(droppedFull, 0);
    assert.ok(sent >= 15 * notesPerBeat * mostDecks, String(sent));
    assert.deepEqual(ensemble.decks.map(({ underruns }) => underruns), ensemble.decks.map(() => 0));
    await ensemble.dispose();
  });

  it('is enough where all of it is heard again at once, moves, and is composed anew', async () => {
    const { clock, sender, ensemble, playUntil, allOf } = await crowd();
    await allOf('mute', true);
    await playUntil(4);
    await allOf('mute', false);
    await playUntil(8);
    ensemble.follow({ ...timeline, beatOrigin: 100, timeOrigin: clock.now() });
    await playUntil(12);
    await allOf('density', 0.9);
    await playUntil(16);
    assert.equal(sender.counters().droppedFull, 0);
    assert.deepEqual(ensemble.decks.map(({ underruns }) => underruns), ensemble.decks.map(() => 0));
    await ensemble.dispose();
  });
});
