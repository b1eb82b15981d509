/** Follows midish, a sequencer that leads by MIDI clock, for six beats; prints a ClockInResult without beats. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { MidiTransport } from '../../../src/transports/midi/midi-transport.js';
import { midiOptionsSchema } from '../../../src/transports/midi/options.js';
import { alsaPort } from '../support/alsa-ports.js';
import { median } from '../support/median.js';
import { until } from '../support/until.js';
import { TimedListener, type ClockInResult } from './clock-in-result.js';

const midishBpm = 150;
const transport = new MidiTransport({ options: midiOptionsSchema.parse({}), clock: monotonicClock, packs: () => [] });
const offer = await transport.open();
const listener = new TimedListener();
offer.syncSources[0].start(listener);

const midish = spawn('midish', ['-b'], { stdio: ['pipe', 'ignore', 'inherit'] });
midish.stdin.write(`dnew 0 "${alsaPort('Continuo In').address}" wo\ndclktx {0}\nt ${midishBpm}\ntnew a\nr\n`);
await until('midish starts', () => listener.changes.some(({ type }) => type === 'start'));
// A busy machine lets midish send in bursts: two beats on end at its tempo are what it is to be followed to.
const bpmOfTwoBeats = (): number => median(listener.told.slice(-2 * 24).map(({ timeline }) => timeline.bpm));
await until('midish is followed at its tempo', () => listener.told.length >= 6 * 24 && Math.abs(bpmOfTwoBeats() - midishBpm) < 1, bpmOfTwoBeats, 40_000);
const bpm = bpmOfTwoBeats();
// It reads no further command while it records.
midish.kill('SIGINT');
midish.stdin.end('exit\n');
await once(midish, 'exit');
await until('midish is heard to stop or to be gone', () => listener.losses > 0 || listener.changes.some(({ type }) => type === 'stop'));
await transport.close();

const result: ClockInResult = {
  notices: offer.notices.map(({ sentence }) => sentence),
  beats: [],
  changes: listener.changes,
  master: { changes: [], silences: 0 },
  losses: listener.losses,
  timelines: listener.told.length,
  lastBpm: bpm,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
