import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { computing, ofPack, quiet, type Load } from './support/loads.js';
import { percentile } from './support/percentile.js';
import { clockRecord, onsetRecord } from './support/send-recorder.js';
import { chordSpreads, deviation, makeRecorder, type Sample } from './support/sent-samples.js';
import { loadedStretches, type Stretch } from './support/stretches.js';

export const summary = 'how late the send thread is, alone, while a composer works flat out and while a pack loads: seconds=60 pack=NAME|none';

const bpm = 120;
/** A chord of four on every 32nd note: 64 onsets a second, and 48 ticks of clock. */
const chordBeats = 1 / 8;
const chordNotes = 4;
const goals = { quietP99Micros: 500, loadedP99Micros: 1_000, chordSpreadMicros: 1_000, clockDeviationMicros: 300 };

/**
 * Sends chords and clock through a real send thread to a wire that only writes down when it was handed what. Lateness is
 * from when an event was due to when the wire got it; a chord's spread is from its first note to its last. Goals are for a
 * machine that does nothing else: `busyCoresOfOthers` tells how far this one was from that.
 */
export async function run(options: Readonly<Record<string, string | number | boolean>> = {}): Promise<object> {
  const seconds = Number(options.seconds ?? 60);
  const loads = [quiet, computing(), ...(await ofPack(String(options.pack ?? '')))];
  const notices: string[] = [];
  const recorder = makeRecorder(seconds + 10);
  const sender = new SendThread({ onNotice: (sentence) => void notices.push(sentence) });
  try {
    await sender.addOutput(recorder.specification);
    const stretches = await play(sender, loads, seconds);
    return { seconds, bpm, goals, loadAverage: loadavg()[0], notices, ...report(loads, stretches, recorder.read()) };
  } finally {
    await sender.close();
    for (const load of loads) await load.end();
  }
}

async function play(sender: SendThread, loads: readonly Load[], seconds: number): Promise<readonly Stretch[]> {
  const micros = monotonicClock.now() + 500_000;
  const microsPerBeat = 60_000_000 / bpm;
  sender.publish({ bpm, beatOrigin: 0, timeOrigin: micros });
  sender.transport({ type: 'start', beat: 0, micros });
  let chords = 0;
  const feed = (): void => {
    const ahead = (monotonicClock.now() - micros) / microsPerBeat + 8;
    for (; chords * chordBeats < ahead; chords += 1) sender.queue(1, chord(chords));
  };
  feed();
  const timer = setInterval(feed, 500);
  await pass(1_000);
  const stretches = await loadedStretches(loads, seconds);
  clearInterval(timer);
  return stretches;
}

function chord(number: number) {
  return Array.from({ length: chordNotes }, (_, voice) => ({
    beat: number * chordBeats, duration: chordBeats / 2, channel: voice, pitch: 48 + ((number * 7 + voice * 4) % 36), velocity: 90,
  }));
}

function report(loads: readonly Load[], stretches: readonly Stretch[], samples: readonly Sample[]): object {
  const loadFigures = loads.map(({ name }) => {
    const own = stretches.filter(({ load }) => load === name);
    const within = samples.filter(({ due }) => own.some(({ from, until }) => due >= from && due < until));
    const onsets = within.filter(({ kind }) => kind === onsetRecord);
    const lateness = onsets.map(({ due, at }) => at - due);
    const spreads = chordSpreads(onsets);
    return {
      load: name,
      onsets: onsets.length,
      p50: percentile(lateness, 0.5),
      p99: percentile(lateness, 0.99),
      p999: percentile(lateness, 0.999),
      max: Math.max(...lateness),
      spreadP99: percentile(spreads, 0.99),
      spreadMax: Math.max(...spreads),
      clockDeviation: deviation(within.filter(({ kind }) => kind === clockRecord).map(({ due, at }) => at - due)),
      busyCoresOfOthers: own.reduce((sum, { others }) => sum + others, 0) / own.length,
    };
  });
  return { latenessMicros: loadFigures, quietestStretchMicros: loads.map(({ name }) => quietest(name, stretches, samples)) };
}

/** The stretch in which other processes did least: the nearest that a shared machine comes to a quiet one. */
function quietest(name: string, stretches: readonly Stretch[], samples: readonly Sample[]): object {
  const [{ from, until, others }] = stretches.filter(({ load }) => load === name).sort((a, b) => a.others - b.others);
  const onsets = samples.filter(({ kind, due }) => kind === onsetRecord && due >= from && due < until);
  const lateness = onsets.map(({ due, at }) => at - due);
  return {
    load: name,
    onsets: onsets.length,
    p50: percentile(lateness, 0.5),
    p99: percentile(lateness, 0.99),
    max: Math.max(...lateness),
    spreadMax: Math.max(...chordSpreads(onsets)),
    busyCoresOfOthers: others,
  };
}
