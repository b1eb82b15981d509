import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { placesFor } from '../src/engine/capacity/machine.js';
import { nullOutputSpecification } from '../src/engine/contracts/null-output.js';
import type { Deck } from '../src/engine/deck/deck.js';
import type { VoiceSource } from '../src/engine/deck/voice.js';
import { Ensemble } from '../src/engine/ensemble.js';
import type { Beats, Bpm } from '../src/engine/music/units.js';
import { ParameterStore } from '../src/engine/parameters/parameter-store.js';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { mainThreadDelay } from './support/main-thread-delay.js';
import { openVoices } from './support/open-voices.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';

export const summary =
  'so many decks at once on this machine: decks=1,2,4,8 packs=a,b,… (in turn) bpm=120 beats=48 threads=1 places=auto|all|N';

const lookMilliseconds = 10;
const judgeMilliseconds = 250;

interface Setting {
  readonly packs: readonly string[];
  readonly bpm: Bpm;
  readonly beats: Beats;
  readonly places: number;
}

/** Plays with each number of decks in real time, the send thread too; `places` is how many composers compute at once. */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { voices, names } = await openVoices(options);
  const threads = Number(options.threads ?? 1);
  const setting: Setting = {
    packs: options.packs?.split(',') ?? names,
    bpm: Number(options.bpm ?? 120),
    beats: Number(options.beats ?? 48),
    places: placesOf(options.places ?? 'auto', threads),
  };
  const rows: object[] = [];
  for (const count of (options.decks ?? '1,2,4,8').split(',').map(Number)) rows.push(await play(voices, count, setting));
  return { processor: cpus()[0]?.model, cores: availableParallelism(), threads, ...setting, loadAverage: loadavg()[0], rows };
}

function placesOf(text: string, threads: number): number {
  if (text === 'auto') return placesFor(threads);
  return text === 'all' ? Infinity : Number(text);
}

async function play(voices: VoiceSource, count: number, { packs, bpm, beats, places }: Setting): Promise<object> {
  const parameters = new ParameterStore();
  const sentences: string[] = [];
  parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
  const sender = new SendThread();
  await sender.addOutput(nullOutputSpecification());
  const timeline = { bpm, beatOrigin: 0, timeOrigin: monotonicClock.now() };
  const ensemble = new Ensemble({ clock: monotonicClock, sender, voices, parameters, timeline, places }, count);
  const timers = [setInterval(() => ensemble.advance(), lookMilliseconds), setInterval(() => ensemble.publishCounters(), judgeMilliseconds)];
  try {
    for (const [index, deck] of ensemble.decks.entries()) await deck.load(packs[index % packs.length], 'now');
    await Promise.all(ensemble.decks.map((deck) => deck.settled()));
    sender.resetLateness();
    const micros = monotonicClock.now() + 100_000;
    ensemble.follow({ bpm, beatOrigin: 0, timeOrigin: micros });
    ensemble.transport({ type: 'start', beat: 0, micros });
    const before = processorTime();
    const delay = mainThreadDelay();
    await pass((beats * 60_000) / bpm);
    const row = rowOf(ensemble.decks, sender, sentences, busyCoresOfOthers(before, (beats * 60_000) / bpm));
    return { ...row, mainThreadLateMilliseconds: delay() };
  } finally {
    timers.forEach(clearInterval);
    await ensemble.dispose();
    await sender.close();
  }
}

function rowOf(decks: readonly Deck[], sender: SendThread, sentences: readonly string[], othersBusyCores: number): object {
  const { sent, late, droppedLate, droppedFull, lateBecause, latenessMicros } = sender.counters();
  const figure = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    decks: decks.length,
    inTime: decks.map((deck) => figure(deck.realTime.inTime)),
    missedSixteenths: decks.map((deck) => deck.realTime.missedTicks),
    underruns: decks.map((deck) => deck.underruns),
    state: decks.map((deck) => deck.state),
    load: decks.map((deck) => figure(deck.timesRealTime === 0 ? 0 : 1 / deck.timesRealTime)),
    late,
    dropped: droppedLate + droppedFull,
    sent,
    lateBecause,
    sendLatenessMicros: latenessMicros,
    said: sentences.filter((sentence) => sentence.startsWith('Deck')),
    othersBusyCores: figure(othersBusyCores),
  };
}
