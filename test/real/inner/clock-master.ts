/**
 * A host in a process of its own: it sends MIDI clock to "Continuo In" by the plan below, and prints when each beat was.
 * The clock runs for a beat before the start; then 6 beats at 90 BPM, 6 at 140, a stop, and from beat 32 on 4 more.
 */
import { Output } from '@julusian/midi/lazy';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { MasterBeat, MasterReport } from './clock-in-result.js';

const pulsesPerBeat = 24;
const sleepCell = new Int32Array(new SharedArrayBuffer(4));
const port = new Output();
const name = Output.getPortNames().find((candidate) => candidate.includes('Continuo In'));
if (!name) throw new Error('there is no port "Continuo In"');
port.openPortByName(name);

const beats: MasterBeat[] = [];
let due = monotonicClock.now() + 50_000;

function waitUntilDue(): void {
  const remaining = due - monotonicClock.now();
  if (remaining > 0) Atomics.wait(sleepCell, 0, 0, remaining / 1000);
}

function pulses(bpm: number, count: number, fromBeat: number | undefined): void {
  const interval = 60_000_000 / bpm / pulsesPerBeat;
  for (let index = 0; index < count; index += 1) {
    waitUntilDue();
    if (fromBeat !== undefined && index % pulsesPerBeat === 0) beats.push({ beat: fromBeat + index / pulsesPerBeat, micros: due, bpm });
    port.sendMessage([0xf8]);
    due += interval;
  }
}

pulses(90, pulsesPerBeat, undefined);
port.sendMessage([0xfa]);
pulses(90, 6 * pulsesPerBeat, 0);
pulses(140, 6 * pulsesPerBeat, 6);
port.sendMessage([0xfc]);
pulses(140, pulsesPerBeat, undefined);
port.sendMessage([0xf2, 0, 1]);
port.sendMessage([0xfb]);
pulses(140, 4 * pulsesPerBeat, 32);
port.sendMessage([0xfc]);
port.destroy();
const report: MasterReport = { beats };
process.stdout.write(`${JSON.stringify(report)}\n`);
