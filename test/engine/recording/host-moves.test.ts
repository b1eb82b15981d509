import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { Recording } from '../../../src/engine/recording/recording.js';
import { keptTakes, readTake } from '../../../src/engine/recording/take-journal.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { Sender } from '../../../src/engine/scheduling/sender.js';
import { Clock, VirtualClock } from '../../../src/engine/time/clock.js';
import { until } from '../../transports/support/within.js';
import { note } from '../scheduling/recording-output.js';

const beatMicros = 500_000;

/** The engine's own ensemble and recording at 120 beats a minute, on a clock that is moved by hand. */
async function stage(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-moves-'));
  await writeFile(join(folder, 'stage.json'), JSON.stringify({ takes: { folder } }));
  const clock = new VirtualClock(1_000_000);
  const sender = new LocalSender(clock);
  const container = engineContainer(loadConfiguration(join(folder, 'stage.json')), []);
  container.rebind<Clock>(Clock).toConstantValue(clock);
  container.rebind<Sender>(Sender).toConstantValue(sender);
  const recording = container.get(Recording);
  const ensemble = container.get(Ensemble);
  const parameters = container.get(ParameterStore);
  await sender.addOutput(recording.output);
  context.after(async () => {
    await ensemble.dispose();
    await sender.close();
    await recording.close();
    await rm(folder, { recursive: true });
  });
  const played = { notes: 0 };
  /** The host is at `beat` after `beats` from now. */
  const follow = (beat: number, beats: number): void => ensemble.follow({ bpm: 120, beatOrigin: beat, timeOrigin: clock.now() + beats * beatMicros });
  return {
    jump: (beat: number): void => follow(beat, 0),
    /** The host asks for a start whose downbeat comes after `beats`. */
    start: (beat: number, beats: number): void => {
      follow(beat, beats);
      ensemble.transport({ type: 'start', beat, micros: clock.now() + beats * beatMicros });
    },
    stop: (): void => ensemble.transport({ type: 'stop', beat: ensemble.session.beat(), micros: clock.now() }),
    plays: (beat: number): void => sender.queue(1, [note(beat)]),
    hears: (): void => ensemble.hearing.note('midi', note(ensemble.session.beat(), 50)),
    /** Time goes on by `beats`, and what was played meanwhile is told: `notes` of them. */
    pass: async (beats: number, notes: number): Promise<void> => {
      sender.advanceTo(clock.now() + beats * beatMicros);
      played.notes += notes;
      await until('it is told', () => {
        void recording.advance();
        return parameters.number('take-notes') === played.notes;
      });
    },
    taken: async (): Promise<readonly number[]> => {
      await recording.advance();
      const [take] = await keptTakes(folder);
      return (await readTake(take)).lines.flatMap((line) => ('on' in line ? [line.beat] : []));
    },
  };
}

describe('what is played by hand', () => {
  it('lies before the downbeat that it leads into, also of a song that is started later, from wherever', async (context) => {
    const { start, stop, plays, hears, pass, taken } = await stage(context);
    for (const beat of [0, 6, 0]) {
      start(beat, 4);
      plays(beat);
      plays(beat + 5);
      await pass(3, 0);
      hears();
      await pass(7, 3);
      stop();
      await pass(2, 0);
    }
    assert.deepEqual((await taken()).map((each) => Math.round(each * 100) / 100), [3, 4, 9, 13, 14, 19, 23, 24, 29]);
  });

  it('lies where the host has jumped to, also while no deck plays', async (context) => {
    const { start, jump, plays, hears, pass, taken } = await stage(context);
    start(0, 0);
    plays(0);
    await pass(7.6, 1);
    jump(100);
    hears();
    await pass(4, 1);
    hears();
    jump(5);
    hears();
    plays(6);
    await pass(4, 3);
    assert.deepEqual((await taken()).map((each) => Math.round(each * 100) / 100), [0, 4, 8, 9, 10]);
  });
});
