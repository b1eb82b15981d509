import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './modes/stage.js';
import { range } from './numbered-voices.js';

/** Less is planned than up to the bar line that the host goes on from, so that the music goes on where it ends. */
const stopBeat = 16.6;

type Setting = Readonly<Record<string, string | number>>;

async function stageOf(values: Setting): Promise<Stage> {
  const stage = await Stage.begin({});
  for (const [name, value] of Object.entries(values)) await stage.parameters.write(name, [value], 'test');
  return stage;
}

async function stopAndStart(stage: Stage): Promise<void> {
  await stage.playUntil(stopBeat);
  assert.ok(stage.deck.ahead.lastsUntil < 20, String(stage.deck.ahead.lastsUntil));
  const micros = stage.clock.now();
  stage.ensemble.transport({ type: 'stop', beat: stopBeat, micros });
  stage.ensemble.follow({ bpm: 120, beatOrigin: 0, timeOrigin: micros });
  stage.ensemble.transport({ type: 'start', beat: 0, micros });
  await stage.deck.settled();
}

describe('a deck whose host jumps to where it has not planned to', () => {
  for (const values of [{ 'deck/1/play-mode': 'accompany' }, { horizon: 2 }] as readonly Setting[]) {
    const name = Object.entries(values).join().replace(',', ' ');

    it(`begins its sections on bar lines still: ${name}`, async () => {
      const stage = await stageOf(values);
      stage.at(5, () => void stage.parameters.write('deck/1/plan', ['A B *', 1], 'test'));
      await stopAndStart(stage);
      const sections: unknown[] = [];
      for (let bar = 0; bar < 4; bar += 1) {
        for (const place of [0.1, 3.9]) {
          await stage.playUntil(bar * 4 + place);
          sections.push(stage.deck.steering.figures().section);
        }
      }
      assert.deepEqual(sections.map((section) => String(section)[0]), ['B', 'B', 'A', 'A', 'B', 'B', 'A', 'A']);
    });

    it(`moves what it played by as much as what it heard: ${name}`, async () => {
      const stage = await stageOf(values);
      stage.willPlay([6, 0.5, 72]);
      await stopAndStart(stage);
      const [heard] = stage.ensemble.hearing.notesBetween(-20, 0);
      assert.ok(Math.abs(heard.beat + 14) < 0.05, String(heard.beat));
      assert.deepEqual(stage.deck.plan.from(-20).notes.map(({ beat }) => beat).filter((beat) => beat < 0), range(-20, -3));
      // What begins at once is composed when it is due: it is too late for that.
      await stage.playUntil(4);
      assert.deepEqual(stage.deck.plan.from(0).notes.map(({ beat }) => beat).filter((beat) => beat < 4), [1, 2, 3]);
    });

    it(`plays on the beat of the bar what was forced: ${name}`, async () => {
      const stage = await stageOf(values);
      stage.at(16, () => void stage.parameters.write('deck/1/force', ['C8:1 r:1 D8:1', 22], 'test'));
      await stopAndStart(stage);
      await stage.playUntil(8);
      const forced = stage.deck.plan.from(0).notes.filter(({ pitch }) => pitch > 100);
      assert.deepEqual(forced.map(({ beat }) => beat), [2, 4]);
    });

    it(`repeats its bars on bar lines where it is frozen: ${name}`, async () => {
      const stage = await stageOf(values);
      stage.at(9, () => void stage.parameters.write('deck/1/freeze', [1], 'test'));
      await stopAndStart(stage);
      await stage.playUntil(12);
      const pitches = (beat: number): readonly number[] => stage.deck.plan.from(beat).notes.filter((note) => note.beat < beat + 4).map(({ pitch }) => pitch);
      assert.equal(pitches(4).length, 4);
      assert.deepEqual(pitches(4), pitches(-8));
    });
  }
});
