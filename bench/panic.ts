import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { nullOutputSpecification } from '../src/engine/contracts/null-output.js';
import { ParameterStore } from '../src/engine/parameters/parameter-store.js';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import { Ensemble } from '../src/engine/ensemble.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import type { WireRecorderOptions } from './support/wire-recorder.js';
import { percentile } from './support/percentile.js';
import { computing } from './support/loads.js';

export const summary = 'how long a panic takes, from the action to the last byte handed to the last wire: times=100 wires=3';

const bpm = 120;
/** A key of each channel, six octaves of it: more than anybody holds, and more than one deck may sound. */
const channels = 16;
const notesPerChannel = 6;
const decks = 2;
const goalMicros = 5_000;
/** Longer than the notes take to begin on any machine. */
const patienceMicros = 20_000_000;
/** CC 123, 120 and 64 on every channel follow the ends. */
const controlsPerChannel = 3;

/**
 * Lets 96 notes sound on each wire, half a second into the beat of a real send thread, and panics through the parameter table
 * as every wire does. Quiet and beside a thread of arithmetic, in turns.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const times = Number(options.times ?? 100);
  const wires = Array.from({ length: Number(options.wires ?? 3) }, (_unused, at) => wireNumber(at));
  const parameters = new ParameterStore();
  const sender = new SendThread({ onNotice: () => undefined });
  const load = computing();
  const took: Record<'quiet' | 'computing', number[]> = { quiet: [], computing: [] };
  try {
    for (const { specification } of wires) await sender.addOutput(specification);
    const timeline = { bpm, beatOrigin: 0, timeOrigin: monotonicClock.now() };
    const ensemble = new Ensemble({ clock: monotonicClock, sender, voices: { fallback: undefined, open: () => Promise.reject(new Error('no pack is asked for')) }, parameters, timeline }, 1);
    ensemble.transport({ type: 'start', beat: 0, micros: monotonicClock.now() });
    for (let time = 0; time < times; time += 1) {
      const kind = time % 2 === 0 ? 'quiet' : 'computing';
      load.set(kind === 'computing');
      took[kind].push(await panicOnce(sender, parameters, ensemble.session.beat(), wires));
    }
  } finally {
    await sender.close();
    await load.end();
  }
  const row = (name: keyof typeof took): object => ({
    load: name, panics: took[name].length, p50: percentile(took[name], 0.5), p90: percentile(took[name], 0.9), p99: percentile(took[name], 0.99), max: Math.max(...took[name]),
  });
  return {
    wires: wires.length, notesSounding: wires.length * channels * notesPerChannel, eventsAPanic: wires.length * channels * (notesPerChannel + controlsPerChannel),
    goalMicros, loadAverage: loadavg()[0], panicMicros: [row('quiet'), row('computing')],
  };
}

async function panicOnce(sender: SendThread, parameters: ParameterStore, beat: number, wires: readonly ReturnType<typeof wireNumber>[]): Promise<number> {
  const notes = Array.from({ length: channels * notesPerChannel }, (_unused, at) => ({
    beat: beat + 0.2, duration: 64, channel: at % channels, pitch: 36 + 12 * Math.floor(at / channels), velocity: 90,
  }));
  for (let deck = 0; deck < decks; deck += 1) sender.queue(deck + 1, notes.filter((_note, at) => at % decks === deck));
  await until(() => sender.counters().sounding === wires.length * notes.length, 'every note sounds');
  const before = wires.map(({ count }) => count());
  const asked = monotonicClock.now();
  await parameters.write('panic', [], 'bench');
  const expected = channels * (notesPerChannel + controlsPerChannel);
  await until(() => wires.every(({ count }, at) => count() >= before[at] + expected), 'every note has ended');
  return Math.max(...wires.map(({ latest }) => latest())) - asked;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = monotonicClock.now() + patienceMicros;
  while (!holds()) {
    if (monotonicClock.now() > end) throw new Error(`waited ${patienceMicros / 1e6} s until ${what}`);
    await pass(1);
  }
}

/** A wire that writes down how many events it was handed, and when the latest. */
function wireNumber(number: number) {
  const count = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const latest = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const options: WireRecorderOptions = { count: count.buffer, latest: latest.buffer };
  const implementation = new URL('./support/wire-recorder.js', import.meta.url).href;
  return {
    specification: { ...nullOutputSpecification(`wire ${number}`), implementation, options, sendsClock: false },
    count: () => Atomics.load(count, 0),
    latest: () => latest[0],
  };
}
