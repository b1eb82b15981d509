/** Continuo follows SuperCollider's LinkClock, on a network that they have to themselves; prints a PhaseReport. */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { raiseThreadPriority } from '../../../src/engine/scheduling/thread-priority.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';
import { startEngine } from '../../../test/real/support/engine-process.js';
import { grownSession } from '../../../test/real/support/grown-session.js';
import { Program } from '../../../test/real/support/program.js';
import { until } from '../../../test/real/support/until.js';
import { beatOf, openEar } from './osc-ear.js';
import { phaseFigures } from './phase-figures.js';
import type { PhaseReport } from './phase-reports.js';

/** Something of ours that belongs to a beat, and when it was to be heard, in UNIX seconds. */
interface Heard {
  readonly beat: number;
  readonly seconds: number;
}

const settleMilliseconds = 3_000;
const stampAhead = 0.2;
const [bpm, seconds] = process.argv.slice(2).map(Number);
// Who listens late hears everything late: this thread is one of real time, as the send thread is. Programs that it starts are not.
raiseThreadPriority();
const wall = new WallClock();
wall.calibrate();

const theirs: number[] = [];
const sent: Heard[] = [];
const stamped: Heard[] = [];
const sclangLate: number[] = [];
let ourBpm = 0;

const sclangEar = await openEar(wall, ({ address, arrived, tag }) => {
  if (address !== '/link/beat') return;
  theirs.push(tag - stampAhead);
  sclangLate.push((arrived - tag + stampAhead) * 1e6);
});
const dueEar = await openEar(wall, (packet) => {
  const beat = beatOf(packet);
  if (packet.address === '/continuo/clock') ourBpm = packet.args[1].value;
  if (beat !== undefined) sent.push({ beat, seconds: packet.arrived });
});
const stampEar = await openEar(wall, (packet) => {
  const beat = beatOf(packet);
  if (beat !== undefined) stamped.push({ beat, seconds: packet.tag });
});
const reading = setInterval(() => wall.read(), 50);

const folder = mkdtempSync(join(tmpdir(), 'continuo-phase-'));
const sclang = Program.start('sclang', [join(repositoryRoot, 'bench', 'support', 'phase', 'link-phase.scd')], {
  QT_QPA_PLATFORM: 'offscreen', QTWEBENGINE_DISABLE_SANDBOX: '1', XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder,
  CONTINUO_EAR: String(sclangEar.port), CONTINUO_BPM: String(bpm),
});
try {
  await sclang.line('READY', 60_000);
  await grownSession();
  const destinations = [
    { name: 'due', port: dueEar.port, delivery: 'when-due' },
    { name: 'stamped', port: stampEar.port, delivery: 'timetag' },
  ];
  const engine = await startEngine({ bpm: 120, pack: 'perlin' }, { destinations }, {}, false, { enabled: true });
  try {
    await until('it has the tempo of the session', () => Math.abs(ourBpm - bpm) < 0.01, () => ourBpm, 30_000);
    await pass(settleMilliseconds);
    const from = wall.unixSeconds(monotonicClock.now());
    await pass(seconds * 1000);
    const end = wall.unixSeconds(monotonicClock.now());
    const beatSeconds = 60 / bpm;
    const errors = (heard: readonly Heard[]): number[] => {
      let at = 0;
      return heard.flatMap(({ beat, seconds: when }) => {
        if (when < from || when > end - 1) return [];
        const onBeat = when - (beat - Math.floor(beat)) * beatSeconds;
        while (at + 1 < theirs.length && Math.abs(theirs[at + 1] - onBeat) <= Math.abs(theirs[at] - onBeat)) at += 1;
        while (at > 0 && Math.abs(theirs[at - 1] - onBeat) < Math.abs(theirs[at] - onBeat)) at -= 1;
        return [(onBeat - theirs[at]) * 1e6];
      });
    };
    const report: PhaseReport = {
      bpm,
      seconds,
      loadAverage: loadavg()[0],
      figures: { stamped: phaseFigures(errors(stamped)), sentWhenDue: phaseFigures(errors(sent)) },
      beside: { sclangSendsLate: phaseFigures(sclangLate) },
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    await engine.stop();
  }
} finally {
  await sclang.stop();
  clearInterval(reading);
  for (const socket of [sclangEar, dueEar, stampEar]) socket.close();
  rmSync(folder, { recursive: true, force: true });
}
