/** Continuo follows a MIDI clock from another process and is heard at its port by this one; prints a PhaseReport. */
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Input } from '@julusian/midi/lazy';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { DriverClock } from '../../../src/transports/midi/driver-clock.js';
import { startEngine } from '../../../test/real/support/engine-process.js';
import { until } from '../../../test/real/support/until.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';
import { beatOf, openEar } from './osc-ear.js';
import { phaseFigures } from './phase-figures.js';
import { startSleeper } from './sleeper.js';
import type { ClockMasterReport, PhaseReport } from './phase-reports.js';

const pulsesPerBeat = 24;
/** What comes before the tempo is settled is not counted. */
const settleMicros: Micros = 3_000_000;

const [bpm, seconds, partsPerMillion] = process.argv.slice(2).map(Number);
const pulses: Micros[] = [];
const onsets: Micros[] = [];
const stamped: { readonly beat: Beats; readonly micros: Micros }[] = [];
const wall = new WallClock();
wall.calibrate();
const reading = setInterval(() => wall.read(), 50);
const ear = await openEar(wall, (packet) => {
  const beat = beatOf(packet);
  if (beat !== undefined) stamped.push({ beat, micros: wall.micros(packet.tag) });
});
const engine = await startEngine({ bpm: 120, pack: 'perlin' }, { destinations: [{ name: 'stamped', port: ear.port, delivery: 'timetag' }] }, {}, {});
try {
  const name = (): string | undefined => Input.getPortNames().find((candidate) => candidate.includes('Continuo Out'));
  await until('there is a port to be heard at', () => name() !== undefined);
  const input = new Input();
  const driver = new DriverClock();
  input.ignoreTypes(true, false, true);
  input.on('messageBuffer', (delta: number, bytes: Uint8Array) => {
    const stamp = driver.stamp(delta, monotonicClock.now());
    if (bytes[0] === 0xf8) pulses.push(stamp);
    if ((bytes[0] & 0xf0) === 0x90 && bytes[2] > 0) onsets.push(stamp);
  });
  input.openPortByName(name() as string);
  const words = [fileURLToPath(new URL('./clock-master.js', import.meta.url)), String(bpm), String(seconds), String(partsPerMillion)];
  const endSleeper = startSleeper(60_000_000 / bpm / pulsesPerBeat);
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const master = JSON.parse(stdout) as ClockMasterReport;
  const sleeperWakesLate = await endSleeper();
  input.destroy();

  const interval = 60_000_000 / master.bpm / pulsesPerBeat;
  const aside = (grid: Micros) => (stamp: Micros): number => {
    const since = stamp - master.startMicros;
    return since - grid * Math.round(since / grid);
  };
  const isCounted = (micros: Micros): boolean => micros > master.startMicros + settleMicros && micros < master.endMicros;
  const within = (stamps: readonly Micros[]): readonly Micros[] => stamps.filter(isCounted);
  const stampErrors = stamped
    .filter(({ micros }) => isCounted(micros))
    .map(({ beat, micros }) => micros - master.startMicros - beat * pulsesPerBeat * interval);
  const report: PhaseReport = {
    bpm: master.bpm,
    seconds,
    loadAverage: loadavg()[0],
    figures: { stamped: phaseFigures(stampErrors), pulses: phaseFigures(within(pulses).map(aside(interval))), notes: phaseFigures(within(onsets).map(aside(6 * interval))) },
    beside: {
      masterPulsesLeftLate: master.lateMilliseconds,
      sleeperWakesLate,
      masterQuartzPartsPerMillion: partsPerMillion,
      pulsesMissing: Math.round((master.endMicros - master.startMicros - settleMicros) / interval) - within(pulses).length,
    },
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await engine.stop();
  clearInterval(reading);
  ear.close();
}
