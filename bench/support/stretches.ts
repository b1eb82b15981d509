import { setTimeout as pass } from 'node:timers/promises';
import type { Micros } from '../../src/engine/music/units.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import type { Load } from './loads.js';
import { busyCoresOfOthers, processorTime } from './processor-time.js';

const stretchSeconds = 2.5;
/** What is due right after a change of load is not counted. */
const settleMicros: Micros = 200_000;

/** A time under one load. */
export interface Stretch {
  readonly load: string;
  readonly from: Micros;
  readonly until: Micros;
  /** Cores that other programs kept busy. */
  readonly others: number;
}

/** Lets the loads take turns, so that what else the machine does falls on all of them alike; for some `seconds`, each once at least. */
export async function loadedStretches(loads: readonly Load[], seconds: number): Promise<readonly Stretch[]> {
  const stretches: Stretch[] = [];
  const rounds = Math.max(1, Math.round(seconds / (stretchSeconds * loads.length)));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, set } of loads) {
      set(true);
      const before = processorTime();
      const from = monotonicClock.now() + settleMicros;
      await pass(stretchSeconds * 1000);
      stretches.push({ load: name, from, until: monotonicClock.now(), others: busyCoresOfOthers(before, stretchSeconds * 1000) });
      set(false);
    }
  }
  return stretches;
}
