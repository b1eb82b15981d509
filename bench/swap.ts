import { availableParallelism, cpus, loadavg } from 'node:os';
import { nextBoundary } from '../src/engine/deck/boundary.js';
import type { EngineEvent } from '../src/engine/events.js';
import type { Beats, Micros } from '../src/engine/music/units.js';
import { LiveStage } from './support/live-stage.js';
import type { RecordedNote } from './support/note-recorder.js';
import { openVoices } from './support/open-voices.js';
import { percentile } from './support/percentile.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { SimulatedSwapStage } from './support/simulated-swap-stage.js';
import { swap, SwapScript, type SwapKind, type SwapStage, type SwapWish } from './support/swap-script.js';

export const summary =
  'random swaps among packs, cued, loaded and come back to, at all boundaries, with a real send thread: packs=a,b swaps=500 bpm=120 seed=1 cue-memory=512 clock=wall|processor';

const goals = { emptySixteenths: 0, hangingNotes: 0, offTheBoundary: 0, sendP99Micros: 1000 };
/** An off that is this much later than the note is long has been forgotten. */
const hangingMicros: Micros = 100_000;
const onTheLine: Beats = 1e-6;
const beatsPerBar = 4;

interface Swap extends SwapWish {
  /** Where the music was when it was asked for, and when that was. */
  readonly askedBeat: Beats;
  readonly askedMicros: Micros;
  /** Where it took over; `undefined` where it did not. */
  readonly atBeat: Beats | undefined;
  readonly doneMicros: Micros;
  /** Sixteenths without music meanwhile, and up to the next swap. */
  readonly empty: number;
  readonly megabytes: number;
  readonly fault?: string;
}

/**
 * Plays on while packs are swapped at random. `clock=wall` plays as a stage does, with a real send thread; `clock=processor` lets
 * time go on by what the processor time of the process says that the composers took: what a machine would do that does nothing else. Lateness is from when an onset was due to when the wire was given it; onsets of a
 * swap are those due between asking and the beat after taking over. Goals are for a machine that does nothing else.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const [count, bpm, seed] = [Number(options.swaps ?? 500), Number(options.bpm ?? 120), Number(options.seed ?? 1)];
  const { voices, names } = await openVoices(options);
  const packs = options.packs?.split(',') ?? names;
  const ready = new Map<string, Beats>();
  const heard: Beats[] = [];
  const clock = options.clock ?? 'wall';
  const sentences: string[] = [];
  const live = clock === 'wall' ? new LiveStage(voices, bpm) : undefined;
  const simulated = new SimulatedSwapStage(voices, bpm);
  const stage: SwapStage = live ?? simulated;
  const { parameters } = live ?? simulated.stage;
  parameters.onEvent((event: EngineEvent) => {
    if (event.type === 'notice' || event.type === 'error') sentences.push(event.sentence);
    if (event.type !== 'swap') return;
    if (event.stage === 'ready') ready.set(event.pack, event.atBeat ?? Number.NaN);
    if (event.stage === 'playing') heard.push(event.atBeat ?? Number.NaN);
  });
  await parameters.write('cue-memory', [Number(options['cue-memory'] ?? 512)], 'bench');
  await stage.start(packs[0]);
  const script = new SwapScript(packs, seed);
  const swaps: Swap[] = [];
  const [before, began] = [processorTime(), performance.now()];
  for (let index = 0; index < count; index += 1) swaps.push(await doSwap(stage, script.next(), ready));
  const others = busyCoresOfOthers(before, performance.now() - began);
  const [underruns, { missedTicks }] = [stage.deck.underruns, stage.deck.realTime];
  const notes = await stage.end();
  return {
    clock, packs, swaps: count, bpm, seed, goals,
    minutes: (performance.now() - began) / 60_000,
    processor: cpus()[0]?.model, cores: availableParallelism(), loadAverage: loadavg()[0], busyCoresOfOthers: others,
    failed: swaps.filter(({ fault }) => fault !== undefined).map(({ fault }) => fault),
    emptySixteenths: missedTicks,
    rests: underruns,
    hangingNotes: hanging(notes),
    offTheBoundary: swaps.filter((each) => !isOnBoundary(each)).length,
    heardWhereSaid: swaps.filter(({ atBeat }) => atBeat !== undefined && heard.includes(atBeat)).length,
    byKind: (['load', 'cued', 'back'] as const).map((kind) => figuresOf(kind, swaps, bpm)),
    ...(live && { sendMicros: sendFigures(notes, swaps, (60_000_000 / bpm)) }),
    rssMegabytes: rssFigures(swaps),
    said: counted(sentences),
  };
}

async function doSwap(stage: SwapStage, wish: SwapWish, ready: Map<string, Beats>): Promise<Swap> {
  if (wish.kind === 'cued') await stage.write('cue', wish.pack);
  ready.delete(wish.pack);
  const [askedBeat, askedMicros, missed] = [stage.beat, stage.now, stage.deck.realTime.missedTicks];
  let fault: string | undefined;
  try {
    await swap(stage, wish);
  } catch (cause) {
    fault = cause instanceof Error ? cause.message : String(cause);
  }
  const doneMicros = stage.now;
  const atBeat = ready.get(wish.pack);
  await stage.playUntil((atBeat ?? stage.beat) + wish.beats);
  const empty = stage.deck.realTime.missedTicks - missed;
  return { ...wish, askedBeat, askedMicros, atBeat, doneMicros, empty, megabytes: Math.round(process.memoryUsage.rss() / 1e6), ...(fault !== undefined && { fault }) };
}

function isOnBoundary({ atBeat, boundary, fault }: Swap): boolean {
  return fault !== undefined || (atBeat !== undefined && Math.abs(nextBoundary(atBeat, boundary, beatsPerBar) - atBeat) < onTheLine);
}

function hanging(notes: readonly RecordedNote[]): number {
  return notes.filter(({ offMicros, dueOffMicros }) => offMicros === undefined || offMicros - dueOffMicros > hangingMicros).length;
}

function figuresOf(kind: SwapKind, swaps: readonly Swap[], bpm: number): object {
  const own = swaps.filter((each) => each.kind === kind && each.atBeat !== undefined);
  const waits = own.map(({ doneMicros, askedMicros }) => (doneMicros - askedMicros) / 1000);
  const bars = own.filter(({ boundary }) => boundary === 'bar');
  const atNext = bars.filter(({ askedBeat, atBeat = Number.NaN }) => atBeat - nextBoundary(askedBeat, 'bar', beatsPerBar) < onTheLine);
  return {
    kind,
    swaps: own.length,
    /** From asking to the first notes being queued. */
    milliseconds: { p50: percentile(waits, 0.5), p90: percentile(waits, 0.9), max: Math.max(...waits) },
    toTheBar: bars.length,
    onTheVeryNextBar: atNext.length,
    withinTwoBars: bars.filter(({ askedBeat, atBeat = Number.NaN }) => atBeat - askedBeat <= 2 * beatsPerBar).length,
    barMilliseconds: (beatsPerBar * 60_000) / bpm,
  };
}

function sendFigures(notes: readonly RecordedNote[], swaps: readonly Swap[], beatMicros: number): object {
  const spans = swaps.map(({ askedMicros, askedBeat, atBeat }) => [askedMicros, askedMicros + ((atBeat ?? askedBeat) + 1 - askedBeat) * beatMicros]);
  const within = (micros: Micros): boolean => spans.some(([from, until]) => micros >= from && micros < until);
  const lateness = (own: readonly RecordedNote[]): object => {
    const late = own.map(({ onMicros, dueMicros }) => onMicros - dueMicros);
    return { onsets: own.length, p50: percentile(late, 0.5), p99: percentile(late, 0.99), p999: percentile(late, 0.999), max: Math.max(...late) };
  };
  return { duringSwaps: lateness(notes.filter(({ dueMicros }) => within(dueMicros))), between: lateness(notes.filter(({ dueMicros }) => !within(dueMicros))) };
}

/** Medians of tenths of the run. */
function rssFigures(swaps: readonly Swap[]): readonly number[] {
  const size = Math.max(1, Math.ceil(swaps.length / 10));
  return Array.from({ length: Math.ceil(swaps.length / size) }, (_unused, tenth) => percentile(swaps.slice(tenth * size, (tenth + 1) * size).map(({ megabytes }) => megabytes), 0.5));
}

/** What the performer was told, how often each. */
function counted(sentences: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const sentence of sentences) {
    const kind = sentence.replace(/[\d.]+/g, '#');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
