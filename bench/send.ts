import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ComposeControls } from '../src/engine/contracts/composer.js';
import { nullOutputSpecification } from '../src/engine/contracts/null-output.js';
import { WorkerComposer } from '../src/engine/generation/worker-composer.js';
import { emptyScore } from '../src/engine/music/score.js';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { busyStates } from './support/busy-worker.js';
import { openRecipe } from './support/open-recipe.js';
import { percentile } from './support/percentile.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { clockRecord, onsetRecord, recordDoubles, type SendRecorderOptions } from './support/send-recorder.js';

export const summary = 'how late the send thread is, alone and while a composer works flat out: seconds=60 pack=NAME|none';

const bpm = 120;
/** A chord of four on every 32nd note: 64 onsets a second, and 48 ticks of clock. */
const chordBeats = 1 / 8;
const chordNotes = 4;
/** Quiet and loaded stretches take turns, so that what else the machine does falls on all of them alike. */
const stretchSeconds = 2.5;
/** What is due right after a change of load is not counted. */
const settleMicros = 200_000;
const goals = { quietP99Micros: 500, loadedP99Micros: 1_000, chordSpreadMicros: 1_000, clockDeviationMicros: 300 };

interface Load {
  readonly name: string;
  set(working: boolean): void;
  end(): Promise<void>;
}

interface Stretch {
  readonly load: string;
  readonly from: number;
  until: number;
  others: number;
}

/**
 * Sends chords and clock through a real send thread to a wire that only writes down when it was handed what. Lateness is
 * from when an event was due to when the wire got it; a chord's spread is from its first note to its last. Goals are for a
 * machine that does nothing else: `busyCoresOfOthers` tells how far this one was from that.
 */
export async function run(options: Readonly<Record<string, string | number | boolean>> = {}): Promise<object> {
  const seconds = Number(options.seconds ?? 60);
  const loads = [quiet, computing(), ...(await composing(String(options.pack ?? '')))];
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

async function play(sender: SendThread, loads: readonly Load[], seconds: number): Promise<Stretch[]> {
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
  const stretches: Stretch[] = [];
  await pass(1_000);
  const rounds = Math.max(1, Math.round(seconds / (stretchSeconds * loads.length)));
  for (let round = 0; round < rounds; round += 1) {
    for (const load of loads) {
      load.set(true);
      const before = processorTime();
      const stretch: Stretch = { load: load.name, from: monotonicClock.now() + settleMicros, until: 0, others: 0 };
      await pass(stretchSeconds * 1000);
      stretch.until = monotonicClock.now();
      stretch.others = busyCoresOfOthers(before, stretchSeconds * 1000);
      stretches.push(stretch);
      load.set(false);
    }
  }
  clearInterval(timer);
  return stretches;
}

function chord(number: number) {
  return Array.from({ length: chordNotes }, (_, voice) => ({
    beat: number * chordBeats, duration: chordBeats / 2, channel: voice, pitch: 48 + ((number * 7 + voice * 4) % 36), velocity: 90,
  }));
}

/** One event as the recorder saw it. */
interface Sample {
  readonly kind: number;
  readonly due: number;
  readonly at: number;
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

function chordSpreads(onsets: readonly Sample[]): number[] {
  const chords = new Map<number, Sample[]>();
  for (const onset of onsets) chords.set(onset.due, [...(chords.get(onset.due) ?? []), onset]);
  return [...chords.values()].map((notes) => Math.max(...notes.map(({ at }) => at)) - Math.min(...notes.map(({ at }) => at)));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function makeRecorder(seconds: number) {
  const eventsPerSecond = 200;
  const count = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const records = new SharedArrayBuffer(seconds * eventsPerSecond * recordDoubles * Float64Array.BYTES_PER_ELEMENT);
  const options: SendRecorderOptions = { count, records };
  const implementation = new URL('./support/send-recorder.js', import.meta.url).href;
  return {
    specification: { ...nullOutputSpecification('recorder'), implementation, options },
    read: (): Sample[] => {
      const doubles = new Float64Array(records);
      return Array.from({ length: Atomics.load(new Int32Array(count), 0) }, (_, event) => {
        const [kind, due, at] = doubles.subarray(event * recordDoubles, (event + 1) * recordDoubles);
        return { kind, due, at };
      });
    },
  };
}

const quiet: Load = { name: 'none', set: () => undefined, end: () => Promise.resolve() };

/** One thread of arithmetic at niceness 19. */
function computing(): Load {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL('./support/busy-worker.js', import.meta.url), { workerData: state });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const tell = (next: number): void => {
    Atomics.store(state, 0, next);
    Atomics.notify(state, 0);
  };
  return {
    name: 'computing',
    set: (working) => tell(working ? busyStates.compute : busyStates.rest),
    end: () => {
      tell(busyStates.end);
      return exited;
    },
  };
}

/** A pack that composes flat out in its own worker; nothing when there is none, or none is wanted. */
async function composing(pack: string): Promise<Load[]> {
  if (pack === 'none') return [];
  const { name, recipe } = await openRecipe(pack === '' ? {} : { pack });
  const composer = new WorkerComposer(recipe);
  await composer.prepare();
  await composer.prime(emptyScore, 0);
  const controls: ComposeControls = {
    sampling: { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '',
  };
  let working = false;
  let work = Promise.resolve();
  let beat = 0;
  const compose = async (): Promise<void> => {
    while (working) {
      beat += 1;
      await composer.compose(beat, controls, () => !working);
    }
  };
  return [
    {
      name: `composing ${name}`,
      set: (next) => {
        working = next;
        if (working) work = work.then(compose);
      },
      end: async () => {
        await work;
        await composer.dispose();
      },
    },
  ];
}
