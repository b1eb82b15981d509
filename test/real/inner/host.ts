/** A host that is stopped for four beats and then plays twelve, at 100 BPM. Prints a HostReport. */
import type { HostReport } from './engine-result.js';
import { median } from '../support/median.js';
import { PulseSender } from './pulse-sender.js';

const bpm = 100;
const beats = 12;
const host = new PulseSender('Continuo In');
host.pulse(bpm, 4);
const startMicros = host.due;
host.send(0xfa);
host.pulse(bpm, beats);
host.send(0xfc);
host.pulse(bpm, 1);
host.close();
const report: HostReport = { startMicros, bpm, beats, lateness: median(host.lateness) };
process.stdout.write(`${JSON.stringify(report)}\n`);
