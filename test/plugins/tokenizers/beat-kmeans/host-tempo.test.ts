import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NullLanguageModel } from '../../../../src/engine/contracts/null-language-model.js';
import type { Voice, VoiceRequest } from '../../../../src/engine/deck/voice.js';
import { Ensemble } from '../../../../src/engine/ensemble.js';
import { TokenComposer } from '../../../../src/engine/generation/token-composer.js';
import { ParameterStore } from '../../../../src/engine/parameters/parameter-store.js';
import { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';
import { LocalSender } from '../../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../../../src/engine/time/timeline.js';
import { firstTempo, isTempo } from '../../../../src/plugins/tokenizers/beat-kmeans/vocabulary.js';
import { note, tokenizerOf } from './support.js';

/** A model without weights that remembers the tempos it was given to read. */
class AttentiveModel extends NullLanguageModel {
  readonly buckets: number[] = [];

  override extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.buckets.push(...Array.from(tokens).filter(isTempo).map((id) => id - firstTempo));
    return super.extend(tokens);
  }
}

function voicesOf(model: AttentiveModel): { fallback: undefined; open({ pack }: VoiceRequest): Promise<Voice> } {
  return {
    fallback: undefined,
    open: async ({ pack }: VoiceRequest): Promise<Voice> => {
      const generation = { keyNormalised: false, events: [], tracks: [], setup: [] };
      const composer = new TokenComposer(tokenizerOf(), model, { generation, sampling: {} });
      await composer.prepare();
      model.buckets.length = 0;
      return { pack, composer, sampling: {} };
    },
  };
}

function newModel(): AttentiveModel {
  return new AttentiveModel({ vocabularySize: 4789, contextTokens: 2048 });
}

/** An ensemble on stage with one deck that plays, at a tempo. */
async function onStage(bpm: number): Promise<{ model: AttentiveModel; parameters: ParameterStore; play(beats: number): Promise<void>; follow(bpm: number): void }> {
  const clock = new VirtualClock();
  let timeline: Timeline = { bpm, beatOrigin: 0, timeOrigin: 0 };
  let beat = 0;
  const sender = new LocalSender(clock, { timeline });
  const parameters = new ParameterStore();
  const model = newModel();
  const ensemble = new Ensemble({ clock, sender, voices: voicesOf(model), parameters, timeline }, 1);
  const [deck] = ensemble.decks;
  deck.plan.add({ notes: [note(-96, -48), note(-40, -20)], programs: [], controls: [] });
  await deck.load('null', 'now');
  await deck.settled();
  ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  return {
    model,
    parameters,
    play: async (beats) => {
      for (const until = beat + beats; beat < until; ) {
        beat += 1;
        sender.advanceTo(timeAt(timeline, beat));
        ensemble.advance();
        await deck.settled();
      }
    },
    follow: (next) => {
      timeline = { bpm: next, beatOrigin: beat, timeOrigin: clock.now() };
      ensemble.follow(timeline);
    },
  };
}

function kinds(buckets: readonly number[]): number[] {
  return [...new Set(buckets)].sort((a, b) => a - b);
}

describe('the tempo a beat-kmeans pack writes for', () => {
  it('is the host\'s, in the past it is shown and in every beat it writes', async () => {
    const { model, play } = await onStage(93);
    await play(6);
    assert.ok(model.buckets.length > 10);
    assert.deepEqual(kinds(model.buckets), [9]);
  });

  it('changes with the host\'s in what is composed from then on, and does not tremble with it', async () => {
    const { model, play, follow } = await onStage(119.9);
    await play(2);
    assert.deepEqual(kinds(model.buckets), [12]);
    follow(120.08);
    await play(2);
    follow(119.88);
    await play(2);
    assert.deepEqual(kinds(model.buckets.slice(model.buckets.indexOf(12))), [12]);
    const before = model.buckets.length;
    follow(147);
    await play(4);
    // A tempo that was chosen before may be read only now.
    assert.ok(model.buckets.length > before + 2);
    assert.deepEqual(kinds(model.buckets.slice(before + 1)), [14]);
  });

  it('is what the model likes where the performer sets it free, at once', async () => {
    const { model, parameters, play } = await onStage(93);
    await play(2);
    const before = model.buckets.length;
    await parameters.write('deck/1/host-tempo', [false], 'test');
    await play(12);
    assert.ok(kinds(model.buckets.slice(before)).length > 3);
  });

  it('can be rendered: the host\'s, the model\'s, or between', async () => {
    const take = new OfflineTake(voicesOf(newModel()), 100);
    await take.parameters.write('deck/1/host-tempo', [false], 'test');
    await take.start('null');
    await take.playUntil(12);
    await take.end();
    const [own, half] = [take.tempos(1), take.tempos(0.5)];
    assert.deepEqual(take.tempos(0), [{ beat: 0, bpm: 100 }]);
    assert.ok(own.length > 3 && own.every(({ beat }) => Number.isInteger(beat)));
    assert.deepEqual(half.map(({ bpm }) => bpm.toFixed(6)), own.map(({ bpm }) => Math.sqrt(100 * bpm).toFixed(6)));
  });
});
