/** The engine leads the clock: a song with a swap in it, then an interrupt while it plays. Prints an EngineLeadsResult. */
import { until } from '../support/until.js';
import { WatchedEngine } from '../support/watched-engine.js';
import { songOf, type EngineLeadsResult } from './engine-result.js';

const engine = await WatchedEngine.start({ bpm: 120, pack: 'perlin' });
try {
  // From the top, with everybody there.
  await engine.reaches(2);
  await engine.invoke('stop');
  await engine.stopped();
  engine.take();

  await engine.pulses();
  await engine.invoke('start');
  await engine.reaches(6);
  await engine.invoke('deck/1/load', 'tiny-lm');
  const swap = () => engine.events.find((event) => event.type === 'swap' && event.stage === 'playing');
  await until('the pack is swapped', () => swap() !== undefined, () => engine.events.filter(({ type }) => type !== 'planned'), 60_000);
  const swapped = swap();
  const swappedAt = swapped?.type === 'swap' ? (swapped.atBeat ?? 0) : 0;
  await engine.reaches(swappedAt + 8);
  await engine.invoke('stop');
  const { beat } = await engine.stopped();
  const song = songOf(engine.take(), beat);

  await engine.invoke('start');
  await engine.reaches(3);
  const dropped = Number(await engine.get('dropped'));
  await until('a note sounds', () => engine.sounding > 0);
  const soundingAtInterrupt = engine.sounding;
  const exitCode = await engine.interrupt();
  const result: EngineLeadsResult = { song, swappedAt, interrupted: engine.take().dumped, soundingAtInterrupt, exitCode, dropped };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await engine.dispose();
}
