/** The engine follows another process by MIDI clock, from its start to its stop. Prints an EngineFollowsResult. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WatchedEngine } from '../support/watched-engine.js';
import { songOf, type EngineFollowsResult, type HostReport } from './engine-result.js';

const engine = await WatchedEngine.start({ bpm: 120, pack: 'perlin' });
try {
  // The host shall find it stopped, and elsewhere than at the top.
  await engine.reaches(2);
  await engine.invoke('stop');
  await engine.stopped();
  engine.take();

  const running = promisify(execFile)(process.execPath, [fileURLToPath(new URL('./host.js', import.meta.url))]);
  await engine.leads('midi-clock');
  await running;
  const host = JSON.parse((await running).stdout) as HostReport;
  const { beat } = await engine.stopped();
  const [leader, bpm] = [String(await engine.get('leader')), Number(await engine.get('bpm'))];
  const taken = engine.take();

  await engine.leads('internal');
  const result: EngineFollowsResult = {
    host,
    leader,
    bpm,
    song: songOf(taken, beat),
    changes: taken.events.filter((event) => event.type === 'transport'),
    due: taken.told.map(({ beat: noteBeat, timeMicros }) => ({ beat: noteBeat, micros: timeMicros })),
    leaderAfter: String(await engine.get('leader')),
    bpmAfter: Number(await engine.get('bpm')),
    dropped: Number(await engine.get('dropped')),
    exitCode: await engine.interrupt(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await engine.dispose();
}
