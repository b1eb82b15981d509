import { availableParallelism, cpus, loadavg } from 'node:os';
import type { EngineEvent } from '../src/engine/events.js';
import type { Beats } from '../src/engine/music/units.js';
import { LiveStage } from './support/live-stage.js';
import { openVoices } from './support/open-voices.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { SimulatedSwapStage } from './support/simulated-swap-stage.js';
import { counted, sendFigures, swapFigures, type Swap } from './support/swap-figures.js';
import { swap, SwapScript, type SwapStage, type SwapWish } from './support/swap-script.js';

export const summary =
  'random swaps among packs, cued, loaded and come back to, at all boundaries, with a real send thread: packs=a,b swaps=500 bpm=120 seed=1 cue-memory=512 clock=wall|processor';

const goals = { emptySixteenths: 0, hangingNotes: 0, offTheBoundary: 0, sendP99Micros: 1000 };

/**
 * Plays on while packs are swapped at random. `clock=wall` plays as a stage does, with a real send thread; `clock=processor` lets
 * time go on by what the processor time of the process says that the composers took: what a machine would do that does nothing
 * else. Lateness is from when an onset was due to when the wire was given it. Goals are for a machine that does nothing else.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const [count, bpm, seed] = [Number(options.swaps ?? 500), Number(options.bpm ?? 120), Number(options.seed ?? 1)];
  const { voices, names } = await openVoices(options);
  const packs = options.packs?.split(',') ?? names;
  const ready: Beats[] = [];
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
    if (event.stage === 'ready') ready.push(event.atBeat ?? Number.NaN);
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
  const { droppedLate } = (live ?? simulated.stage).sender.counters();
  const notes = await stage.end();
  return {
    clock, packs, swaps: count, bpm, seed, goals,
    minutes: (performance.now() - began) / 60_000,
    processor: cpus()[0]?.model, cores: availableParallelism(), loadAverage: loadavg()[0], busyCoresOfOthers: others,
    emptySixteenths: missedTicks,
    rests: underruns,
    ...swapFigures(swaps, notes, bpm),
    heardWhereSaid: swaps.filter(({ atBeat }) => atBeat !== undefined && heard.includes(atBeat)).length,
    ...(live && { sendMicros: sendFigures(notes, swaps, 60_000_000 / bpm), droppedLate }),
    said: counted(sentences),
  };
}

async function doSwap(stage: SwapStage, wish: SwapWish, ready: readonly Beats[]): Promise<Swap> {
  if (wish.kind === 'cued') await stage.write('cue', wish.pack);
  const arrivals = ready.length;
  const [askedBeat, askedMicros, missed] = [stage.beat, stage.now, stage.deck.realTime.missedTicks];
  let fault: string | undefined;
  try {
    await swap(stage, wish);
  } catch (cause) {
    fault = cause instanceof Error ? cause.message : String(cause);
  }
  const doneMicros = stage.now;
  const atBeat = ready.length > arrivals ? ready[ready.length - 1] : undefined;
  await stage.playUntil((atBeat ?? stage.beat) + wish.beats);
  const empty = stage.deck.realTime.missedTicks - missed;
  return { ...wish, askedBeat, askedMicros, atBeat, doneMicros, empty, megabytes: Math.round(process.memoryUsage.rss() / 1e6), ...(fault !== undefined && { fault }) };
}
