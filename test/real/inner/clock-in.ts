/** Follows the master process over the real input port; prints a ClockInResult. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { MidiTransport } from '../../../src/transports/midi/midi-transport.js';
import { midiOptionsSchema } from '../../../src/transports/midi/options.js';
import { until } from '../support/until.js';
import { TimedListener, type ClockInResult, type MasterReport } from './clock-in-result.js';

const transport = new MidiTransport({ options: midiOptionsSchema.parse({}), clock: monotonicClock, packs: () => [] });
const offer = await transport.open();
const listener = new TimedListener();
offer.syncSources[0].start(listener);

const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./clock-master.js', import.meta.url))]);
const master = JSON.parse(stdout) as MasterReport;
await until('the source notices that the master is gone', () => listener.losses > 0);
await transport.close();

const result: ClockInResult = {
  notices: offer.notices.map(({ sentence }) => sentence),
  beats: listener.follow(master),
  changes: listener.changes,
  master,
  losses: listener.losses,
  timelines: listener.told.length,
  lastBpm: listener.told.at(-1)?.timeline.bpm ?? 0,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
