import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { Input } from '@julusian/midi/lazy';
import type { Micros } from '../../../src/engine/music/units.js';
import { SendThread } from '../../../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { busyMain, ofPack, quiet } from '../loads.js';
import { percentile } from '../percentile.js';
import { clockRecord } from '../send-recorder.js';
import { deviation, makeRecorder } from '../sent-samples.js';
import { loadedStretches, type Stretch } from '../stretches.js';

const bpm = 120;
const interval: Micros = 60_000_000 / bpm / 24;
const portName = 'Continuo Clock';

/** Gaps between clock ticks at one place, in microseconds. */
interface Spacing {
  readonly ticks: number;
  readonly deviation: number;
  /** How far the gaps are from a 24th of a beat, without sign. */
  readonly p99: number;
  readonly max: number;
}

export interface TickSpacing {
  readonly load: string;
  /** As the send thread hands ticks to the wire. */
  readonly handedOver: Spacing;
  /** As they reach the driver of another port. */
  readonly received: Spacing | undefined;
  readonly busyCoresOfOthers: number;
}

/**
 * Clock out through a real send thread, at rest, while the main thread is busy, and while a pack composes and loads.
 * @param atPort whether the ticks also go through the machine's sequencer, where they are received
 */
export async function tickSpacing(seconds: number, pack: string, atPort: boolean): Promise<{ readonly loadAverage: number; readonly spacing: readonly TickSpacing[] }> {
  const loads = [quiet, busyMain(), ...(await ofPack(pack))];
  const recorder = makeRecorder(seconds + 10, atPort ? portName : undefined);
  const sender = new SendThread({ onNotice: () => undefined });
  const received: Micros[] = [];
  const input = atPort ? new Input() : undefined;
  try {
    await sender.addOutput(recorder.specification);
    if (input) listen(input, received);
    const micros = monotonicClock.now() + 500_000;
    sender.publish({ bpm, beatOrigin: 0, timeOrigin: micros });
    sender.transport({ type: 'start', beat: 0, micros });
    await pass(1_000);
    const stretches = await loadedStretches(loads, seconds);
    const handed = recorder.read().filter(({ kind }) => kind === clockRecord).map(({ at }) => at);
    const spacing = loads.map(({ name }): TickSpacing => {
      const own = stretches.filter(({ load }) => load === name);
      return {
        load: name,
        handedOver: spacingOf(handed, own),
        received: input ? spacingOf(received, own) : undefined,
        busyCoresOfOthers: own.reduce((sum, { others }) => sum + others, 0) / own.length,
      };
    });
    return { loadAverage: loadavg()[0], spacing };
  } finally {
    input?.destroy();
    await sender.close();
    for (const load of loads) await load.end();
  }
}

function listen(input: Input, received: Micros[]): void {
  input.ignoreTypes(true, false, true);
  input.on('messageBuffer', (deltaSeconds: number, bytes: Uint8Array) => {
    if (bytes[0] !== 0xf8) return;
    const last = received.at(-1);
    received.push(last === undefined ? monotonicClock.now() : last + deltaSeconds * 1e6);
  });
  input.openPortByName(Input.getPortNames().find((name) => name.includes(portName)) ?? portName);
}

function spacingOf(times: readonly Micros[], stretches: readonly Stretch[]): Spacing {
  const gaps = times.slice(1).flatMap((time, at) => (stretches.some(({ from, until }) => times[at] >= from && time < until) ? [time - times[at]] : []));
  const off = gaps.map((gap) => Math.abs(gap - interval));
  return { ticks: gaps.length, deviation: deviation(gaps), p99: percentile(off, 0.99), max: Math.max(...off) };
}
