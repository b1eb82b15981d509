import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VoiceRequest } from '../../../src/engine/deck/voice.js';
import { AttentiveComposer, Stage } from './modes/stage.js';
import { range } from './numbered-voices.js';

function jump(stage: Stage, toBeat: number): void {
  const micros = stage.clock.now();
  stage.ensemble.transport({ type: 'stop', beat: stage.ensemble.session.beat(), micros });
  stage.ensemble.transport({ type: 'start', beat: toBeat, micros });
}

describe('a deck whose host jumps', () => {
  it('moves what it played by as much as what it heard, by whole bars, while it listens', async () => {
    const stage = await Stage.begin({});
    stage.at(4, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
    stage.willPlay([7, 0.5, 72]);
    await stage.playUntil(10.3);
    const own = stage.deck.plan.from(0).notes.map(({ beat }) => beat);
    assert.ok(own.length > 3 && own.length < 7, String(own));
    jump(stage, 0);
    assert.deepEqual(stage.deck.plan.from(-20).notes.map(({ beat }) => beat), own.map((beat) => beat - 12));
    const [heard] = stage.ensemble.hearing.notesBetween(-20, 0);
    assert.ok(Math.abs(heard.beat + 5) < 0.05, String(heard.beat));
  });

  for (const keepsMeter of [true, false]) {
    it(`${keepsMeter ? 'has' : 'has not'} its past heard anew where less than a bar was planned and ${keepsMeter ? '' : 'no '}bars are kept`, async () => {
      const composer = new AttentiveComposer();
      await composer.prepare();
      const voices = { fallback: undefined, open: async ({ pack }: VoiceRequest) => ({ pack, composer, sampling: {}, keepsMeter }) };
      const stage = await Stage.with(voices, 'null', {}, composer);
      await stage.parameters.write('horizon', [2], 'test');
      await stage.playUntil(12.5);
      const before = composer.primed.length;
      jump(stage, 40);
      await stage.deck.settled();
      assert.equal(composer.primed.length > before, keepsMeter);
      if (keepsMeter) assert.equal(composer.primed.at(-1)?.history.meters.length, 1);
    });
  }

  it('has nothing heard anew where it moves by whole bars', async () => {
    const composer = new AttentiveComposer();
    await composer.prepare();
    const voices = { fallback: undefined, open: async ({ pack }: VoiceRequest) => ({ pack, composer, sampling: {}, keepsMeter: true }) };
    const stage = await Stage.with(voices, 'null', {}, composer);
    await stage.playUntil(12.5);
    const before = composer.primed.length;
    jump(stage, 40);
    await stage.deck.settled();
    assert.equal(composer.primed.length, before);
    assert.deepEqual(stage.deck.plan.from(40).notes.slice(0, 4).map(({ beat }) => beat), range(40, 44));
  });
});
