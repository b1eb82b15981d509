import { percentile } from './support/percentile.js';
import { bestSlope } from './support/best-slope.js';
import { PulseHost, pulseNoises, pulsesPerBeat, randomFrom, type PulseNoise } from './support/pulse-host.js';
import { PulseFollower } from '../src/engine/time/pulse-follower.js';

export const summary = 'how near MIDI clock in is to its host by tempo and beat, on a virtual clock: runs=600';

const goals = { settledBpm: 0.1, steppedBpm: 0.1 };
const steps: readonly (readonly [number, number])[] = [[60, 70], [120, 130], [130, 120], [180, 190], [120, 122], [120, 60]];

/** BPM a beat, over sixteen beats. */
const ramps = [0.25, 1, 2.5];

/**
 * A host whose pulses are up to a millisecond off, followed on a virtual clock. `best` is what could be known from the same
 * pulses at all: the error of Pitman's estimator, which is told where the tempo changed.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const runs = Number(options.runs ?? 600);
  return {
    runs,
    goals,
    twoBeatsAfterTheFirstPulse: [60, 90, 120, 150, 180].map((bpm) => settled(bpm, pulseNoises.even, runs)),
    aBeatAfterAStep: steps.map(([from, to]) => stepped(from, to, runs)),
    onARamp: ramps.map((perBeat) => ramped(perBeat, runs / 10)),
    fromTheFourthBeatOn: Object.entries(pulseNoises).flatMap(([name, noise]) => [60, 120, 180].map((bpm) => steady(name, noise, bpm, runs))),
    cost: cost(),
  };
}

function settled(bpm: number, noise: PulseNoise, runs: number): object {
  const hosts = Array.from({ length: runs }, (_unused, seed) => new PulseHost(bpm, noise, seed).pulses(2 * pulsesPerBeat + 1));
  return { bpm, ...errorsOf(hosts, bpm), phase99Micros: percentile(hosts.map(({ phaseError }) => phaseError), 0.99) };
}

function stepped(from: number, to: number, runs: number): object {
  const hosts = Array.from({ length: runs }, (_unused, seed) => {
    const host = new PulseHost(from, pulseNoises.even, seed).pulses(8 * pulsesPerBeat + (seed % pulsesPerBeat));
    host.turn(to);
    return host.pulses(pulsesPerBeat);
  });
  return { from, to, ...errorsOf(hosts, to), phase99Micros: percentile(hosts.map(({ phaseError }) => phaseError), 0.99) };
}

function errorsOf(hosts: readonly PulseHost[], bpm: number): object {
  const errors = hosts.map(({ tempoError }) => tempoError);
  const best = hosts.map(({ times }) => Math.abs(60_000_000 / pulsesPerBeat / bestSlope(times) - bpm));
  return {
    p50: percentile(errors, 0.5), p98: percentile(errors, 0.98), p99: percentile(errors, 0.99), max: Math.max(...errors),
    bestP50: percentile(best, 0.5), bestP98: percentile(best, 0.98), bestP99: percentile(best, 0.99), bestMax: Math.max(...best),
  };
}

/** An accelerando from 100 BPM on, looked at with every pulse. */
function ramped(perBeat: number, runs: number): object {
  const tempos: number[] = [];
  const phases: number[] = [];
  for (let seed = 0; seed < runs; seed += 1) {
    const host = new PulseHost(100, pulseNoises.even, seed).pulses(8 * pulsesPerBeat);
    for (let pulse = 1; pulse <= 16 * pulsesPerBeat; pulse += 1) {
      host.turn(100 + (pulse * perBeat) / pulsesPerBeat);
      host.pulses(1);
      tempos.push(host.tempoError);
      phases.push(host.phaseError);
    }
  }
  return {
    perBeat, p50: percentile(tempos, 0.5), p98: percentile(tempos, 0.98), max: Math.max(...tempos),
    phase50Micros: percentile(phases, 0.5), phase98Micros: percentile(phases, 0.98), phaseMaxMicros: Math.max(...phases),
  };
}

/** A tempo that nobody changes: each beat of many bars. A change that is believed and was none shows in the largest. */
function steady(noise: string, make: PulseNoise, bpm: number, runs: number): object {
  const tempos: number[] = [];
  const phases: number[] = [];
  for (let seed = 0; seed < runs / 10; seed += 1) {
    const host = new PulseHost(bpm, make, seed).pulses(4 * pulsesPerBeat + 1);
    for (let sixteenth = 0; sixteenth < 400; sixteenth += 1) {
      host.pulses(pulsesPerBeat / 4);
      tempos.push(host.tempoError);
      phases.push(host.phaseError);
    }
  }
  return {
    noise, bpm, p50: percentile(tempos, 0.5), p99: percentile(tempos, 0.99), max: Math.max(...tempos),
    phase99Micros: percentile(phases, 0.99), phaseMaxMicros: Math.max(...phases),
  };
}

/** Time of this processor for one pulse: by the quickest tenth of batches, which others have least disturbed. */
function cost(): object {
  const batch = 96;
  const follower = new PulseFollower();
  const random = randomFrom(5);
  let due = 0;
  const batches = Array.from({ length: 600 }, () => {
    const times = Array.from({ length: batch }, () => (due += 20_833) + pulseNoises.even(random));
    const began = process.hrtime.bigint();
    for (const time of times) follower.pulse(time);
    return Number(process.hrtime.bigint() - began) / 1000 / batch;
  });
  return { microsPerPulse: percentile(batches.slice(200), 0.1) };
}
