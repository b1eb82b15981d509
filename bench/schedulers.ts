import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import type { Bpm } from '../src/engine/music/units.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { busyMain, ofPack, quiet, type Load } from './support/loads.js';
import { percentile } from './support/percentile.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { driverWire, easymidiWire, noWire } from './support/schedulers/direct-wires.js';
import { eventsOf, type Grid } from './support/schedulers/grid.js';
import { jzzScheduler } from './support/schedulers/jzz-scheduler.js';
import type { Scheduler } from './support/schedulers/scheduler.js';
import { sendThreadScheduler } from './support/schedulers/send-thread-scheduler.js';
import { correctedOn, timerSchedulers } from './support/schedulers/timer-schedulers.js';
import { clockRecord, onsetRecord } from './support/send-recorder.js';
import { chordSpreads, deviation, makeRecorder, type Sample } from './support/sent-samples.js';

export const summary = 'our send thread beside the schedulers of other Node programs, by load: seconds=300 tempos=120,180 pack=NAME|none wire=none|midi turn=2.5';

/** Turns are short, so that what else the machine does falls on all schedulers alike. */
const usualTurnSeconds = 2.5;
const startMicros = 250_000;
const settleMilliseconds = 200;
/** What is this far from its time counts as late. */
const lateMicros = 1_000;
/** A note that is this late is worse than none. */
const missedMicros = 100_000;

interface Turns {
  readonly tempos: readonly Bpm[];
  readonly turnSeconds: number;
}

/** What one scheduler did in one turn. */
interface Turn {
  readonly scheduler: string;
  readonly load: string;
  /** Onsets that were to be sent. */
  readonly planned: number;
  readonly samples: readonly Sample[];
  readonly busyCoresOfOthers: number;
}

/**
 * The same chords on every sixteenth, with MIDI clock, sent by each scheduler in turn, within the same process and under the
 * same loads. What is timed is the moment a message is handed to the wire; too early counts as much as too late.
 * `wire=midi`: through the driver to a virtual port, and easymidi as well.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const seconds = Number(options.seconds ?? 300);
  const tempos = (options.tempos ?? '120,180').split(',').map(Number);
  const turnSeconds = Number(options.turn ?? usualTurnSeconds);
  const notices: string[] = [];
  const schedulers = await makeSchedulers(options.wire === 'midi', seconds, (sentence) => void notices.push(sentence));
  const loads = [quiet, ...(await ofPack(options.pack ?? '')), busyMain()];
  const turns: Turn[] = [];
  try {
    const rounds = Math.max(1, Math.round(seconds / (turnSeconds * schedulers.length * loads.length * tempos.length)));
    for (let round = 0; round < rounds; round += 1) {
      for (const load of loads) turns.push(...(await playRound(round, load, { tempos, turnSeconds }, schedulers)));
    }
  } finally {
    for (const scheduler of schedulers) await scheduler.end();
    for (const load of loads) await load.end();
  }
  const rows = loads.flatMap((load) => rowsOf(load.name, schedulers, turns));
  return {
    seconds, tempos, wire: options.wire ?? 'none', processor: cpus()[0]?.model, cores: availableParallelism(), loadAverage: loadavg()[0], notices,
    busyCoresOfOthers: mean(turns.map((turn) => turn.busyCoresOfOthers)),
    micros: rows,
  };
}

async function makeSchedulers(throughDriver: boolean, seconds: number, onNotice: (sentence: string) => void): Promise<Scheduler[]> {
  const wire = throughDriver ? driverWire('Timers') : noWire;
  const jzzWire = throughDriver ? driverWire('JZZ') : noWire;
  return [
    sendThreadScheduler(makeRecorder(seconds + 30, throughDriver ? 'Continuo' : undefined), onNotice),
    ...timerSchedulers(wire),
    ...(throughDriver ? [correctedOn(await easymidiWire('easymidi'))] : []),
    await jzzScheduler(jzzWire),
  ];
}

/** Every scheduler plays once at each tempo; another one begins in every round. */
async function playRound(round: number, load: Load, { tempos, turnSeconds }: Turns, schedulers: readonly Scheduler[]): Promise<Turn[]> {
  const turns: Turn[] = [];
  load.set(true);
  await pass(settleMilliseconds);
  for (const bpm of tempos) {
    for (let index = 0; index < schedulers.length; index += 1) {
      const scheduler = schedulers[(index + round) % schedulers.length];
      await scheduler.begin?.();
      const grid: Grid = { bpm, start: monotonicClock.now() + startMicros, beats: Math.floor((turnSeconds * bpm) / 60) };
      const planned = eventsOf(grid).filter(({ kind }) => kind === 'noteOn').length;
      const before = processorTime();
      const began = performance.now();
      const samples = await scheduler.play(grid);
      turns.push({ scheduler: scheduler.name, load: load.name, planned, samples, busyCoresOfOthers: busyCoresOfOthers(before, performance.now() - began) });
    }
  }
  load.set(false);
  return turns;
}

function rowsOf(load: string, schedulers: readonly Scheduler[], turns: readonly Turn[]): object[] {
  const figures = schedulers.map(({ name }) => figuresOf(turns.filter((turn) => turn.load === load && turn.scheduler === name)));
  const [ours] = figures;
  return figures.map((figure, index) => ({ load, scheduler: schedulers[index].name, ...figure, p99TimesOurs: figure.p99 / ours.p99, spreadTimesOurs: figure.spreadP99 / ours.spreadP99 }));
}

function figuresOf(turns: readonly Turn[]) {
  const onsets = turns.map(({ samples }) => samples.filter(({ kind }) => kind === onsetRecord));
  const clocks = turns.map(({ samples }) => samples.filter(({ kind }) => kind === clockRecord));
  const beside = onsets.flat().map(({ due, at }) => Math.abs(at - due));
  const planned = turns.reduce((sum, turn) => sum + turn.planned, 0);
  return {
    onsets: beside.length,
    p50: percentile(beside, 0.5),
    p90: percentile(beside, 0.9),
    p99: percentile(beside, 0.99),
    p999: percentile(beside, 0.999),
    max: Math.max(...beside),
    spreadP99: percentile(onsets.flatMap(chordSpreads), 0.99),
    clockDeviation: mean(clocks.map((samples) => deviation(samples.map(({ due, at }) => at - due)))),
    late: beside.filter((micros) => micros > lateMicros && micros <= missedMicros).length,
    missed: planned - beside.filter((micros) => micros <= missedMicros).length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
