/**
 * A host in a process of its own, whose quartz is off by some parts in a million: it plays so many seconds to "Continuo In", the clock
 * four beats ahead of the start, and prints a ClockMasterReport.
 */
import { PulseSender } from '../../../test/real/inner/pulse-sender.js';
import { percentile } from '../percentile.js';
import type { ClockMasterReport } from './phase-reports.js';

const [bpm, seconds, partsPerMillion] = process.argv.slice(2).map(Number);
const trueBpm = bpm * (1 + partsPerMillion * 1e-6);
const host = new PulseSender('Continuo In');
host.pulse(trueBpm, 4);
const startMicros = host.due;
host.lateness.length = 0;
host.send(0xfa);
host.pulse(trueBpm, Math.round((seconds * trueBpm) / 60));
const endMicros = host.due;
host.send(0xfc);
host.close();
const report: ClockMasterReport = {
  startMicros, endMicros, bpm: trueBpm,
  lateMilliseconds: { p50: percentile(host.lateness, 0.5) / 1000, p99: percentile(host.lateness, 0.99) / 1000, max: Math.max(...host.lateness) / 1000 },
};
process.stdout.write(`${JSON.stringify(report)}\n`);
