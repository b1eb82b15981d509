/** A thread that does nothing but sleep from pulse to pulse, and notes how late it wakes: what any sender on this machine is late by at least. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { phaseFigures, type PhaseFigures } from './phase-figures.js';

interface SleeperStart {
  readonly intervalMicros: Micros;
  /** Not 0: it is to end. */
  readonly end: Int32Array;
}

/** Starts one. What is returned ends it and tells how late it was. */
export function startSleeper(intervalMicros: Micros): () => Promise<PhaseFigures> {
  const end = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(import.meta.url), { workerData: { intervalMicros, end } satisfies SleeperStart });
  const told = new Promise<readonly Micros[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return async () => {
    Atomics.store(end, 0, 1);
    Atomics.notify(end, 0);
    return phaseFigures(await told);
  };
}

function sleep({ intervalMicros, end }: SleeperStart): readonly Micros[] {
  const lateness: Micros[] = [];
  for (let due = monotonicClock.now() + intervalMicros; Atomics.load(end, 0) === 0; due += intervalMicros) {
    const remaining = due - monotonicClock.now();
    if (remaining > 0) Atomics.wait(end, 0, 0, remaining / 1000);
    if (Atomics.load(end, 0) === 0) lateness.push(Math.max(0, monotonicClock.now() - due));
  }
  return lateness;
}

parentPort?.postMessage(sleep(workerData as SleeperStart));
