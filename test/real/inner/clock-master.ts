/**
 * A host in a process of its own: it sends MIDI clock to "Continuo In" by the plan below, and prints when each beat was.
 * The clock runs for a beat before the start; then 6 beats at 90 BPM, 6 at 140, a stop, and from beat 32 on 4 more.
 */
import type { MasterBeat, MasterReport } from './clock-in-result.js';
import { PulseSender } from './pulse-sender.js';

const host = new PulseSender('Continuo In');
const beats: MasterBeat[] = [];

function play(bpm: number, count: number, fromBeat: number): void {
  host.pulse(bpm, count, (beat, micros) => beats.push({ beat: fromBeat + beat, micros, bpm }));
}

host.pulse(90, 1);
host.send(0xfa);
play(90, 6, 0);
play(140, 6, 6);
host.send(0xfc);
host.pulse(140, 1);
host.send(0xf2, 0, 1);
host.send(0xfb);
play(140, 4, 32);
host.send(0xfc);
host.close();
const report: MasterReport = { beats };
process.stdout.write(`${JSON.stringify(report)}\n`);
