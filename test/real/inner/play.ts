/** A real send thread plays to the real port, aseqdump and our own input listen; prints a PlayResult. */
import type { Note } from '../../../src/engine/music/note.js';
import { SendThread } from '../../../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { beatAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { MidiTransport } from '../../../src/transports/midi/midi-transport.js';
import { midiOptionsSchema } from '../../../src/transports/midi/options.js';
import { alsaPort, alsaPorts, connectPorts } from '../support/alsa-ports.js';
import { Aseqdump, type DumpedEvent } from '../support/aseqdump.js';
import { until } from '../support/until.js';
import { TimedListener } from './clock-in-result.js';
import type { PlayResult } from './play-result.js';
import { bpm, controls, lengthBeats, notes, programs } from './played-score.js';

const owner = 1;

function stopOnFault(error: Error): never {
  throw error;
}

const transport = new MidiTransport({ options: midiOptionsSchema.parse({}), clock: monotonicClock, packs: () => [] });
const offer = await transport.open();
const heard = new TimedListener();
offer.syncSources[0].start(heard);

const sender = new SendThread({ onFault: stopOnFault, onNotice: () => undefined });
await sender.addOutput(offer.outputs[0]);
const portsOpen = alsaPorts();
const dump = new Aseqdump(alsaPort('Continuo Out').address);
await dump.ready();
connectPorts(alsaPort('Continuo Out').address, alsaPort('Continuo In').address);

// Only now, because threads and programs may take long to start on a busy machine.
const timeline: Timeline = { bpm, beatOrigin: 0, timeOrigin: monotonicClock.now() + 700_000 };
sender.publish(timeline);
sender.queue(owner, notes, programs, controls);
sender.transport({ type: 'start', beat: 0, micros: timeline.timeOrigin });
await until('the last note is over', () => beatAt(timeline, monotonicClock.now()) > lengthBeats && sender.counters().sounding === 0);
const counters = sender.counters();
const stopMicros = monotonicClock.now();
const stopBeat = beatAt(timeline, stopMicros);
sender.transport({ type: 'stop', beat: stopBeat, micros: stopMicros });
await until('the stop is heard', () => dumpStands() && heard.changes.at(-1)?.type === 'stop', standing);
const song = taken();
const heardChanges = [...heard.changes];

sender.transport({ type: 'continue', beat: beatAt(timeline, monotonicClock.now()), micros: monotonicClock.now() });
await playLong([0, 3, 9]);
sender.panic();
await until('the panic is heard', () => dump.count('Note off') >= 3 && dump.count('Control change') >= 9);
const panic = taken();

await playLong([5, 6]);
await sender.close();
await until('the end is heard', () => dump.count('Note off') >= 2);
const close = taken();
dump.stop();
await transport.close();

const result: PlayResult = {
  portsOpen,
  portsClosed: alsaPorts(),
  startMicros: timeline.timeOrigin,
  song,
  counters,
  panic,
  close,
  stopBeat,
  heard: heardChanges,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** Strikes one key on each channel that nothing but an end from outside will end, and waits until they are heard. */
async function playLong(channels: readonly number[]): Promise<void> {
  const beat = Math.ceil(beatAt(timeline, monotonicClock.now()) + 1);
  const long: Note[] = channels.map((channel) => ({ beat, duration: 1_000, channel, pitch: 50 + channel, velocity: 80 }));
  sender.queue(owner, long);
  await until('the long notes are heard', () => dump.count('Note on') >= channels.length);
}

function standing(): unknown {
  const notable = dump.events.filter(({ kind }) => !/^(Clock|Note)/.test(kind));
  return { dumped: notable, heard: heard.changes, counters: sender.counters() };
}

/** Whether what was dumped last of start, continue and stop is a stop: clocks go on behind it. */
function dumpStands(): boolean {
  return dump.events.findLast(({ kind }) => kind === 'Start' || kind === 'Continue' || kind === 'Stop')?.kind === 'Stop';
}

function taken(): readonly DumpedEvent[] {
  return dump.events.splice(0);
}
