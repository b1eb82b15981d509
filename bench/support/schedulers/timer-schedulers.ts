import { setTimeout as pass } from 'node:timers/promises';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { clockRecord, onsetRecord } from '../send-recorder.js';
import type { Sample } from '../sent-samples.js';
import { eventsOf, type Grid, type GridEvent } from './grid.js';
import { afterwardsMilliseconds, type DirectWire, type Scheduler } from './scheduler.js';

/** Arms timers that send the events; returns what stops those that are left. */
type Arm = (events: readonly GridEvent[], grid: Grid, send: (event: GridEvent) => void) => () => void;

/** As the clocks of many sketches: one interval for the notes and one for MIDI clock, which nobody corrects. */
const interval: Arm = (events, { start }, send) => {
  const timers: NodeJS.Timeout[] = [];
  const run = (own: readonly GridEvent[]): void => {
    const dues = [...new Set(own.map(({ due }) => due))];
    let step = 0;
    const play = (): void => {
      for (const event of own) if (event.due === dues[step]) send(event);
      step += 1;
    };
    const milliseconds = (dues[1] - dues[0]) / 1000;
    timers.push(
      setTimeout(() => {
        play();
        timers.push(setInterval(play, milliseconds));
      }, millisecondsUntil(start)),
    );
  };
  run(events.filter(({ kind }) => kind !== 'clock'));
  run(events.filter(({ kind }) => kind === 'clock'));
  return () => timers.forEach(clearTimeout);
};

/** A timer for every event, armed when the music is known: here for all of the stretch at once. */
const timeoutEach: Arm = (events, _grid, send) => {
  const timers = events.map((event) => setTimeout(() => send(event), millisecondsUntil(event.due)));
  return () => timers.forEach(clearTimeout);
};

/** One timer, armed for the next event by what the clock says then: what was late once does not make the rest late. */
const timeoutCorrected: Arm = (events, _grid, send) => {
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  const wake = (): void => {
    for (; next < events.length && events[next].due <= monotonicClock.now(); next += 1) send(events[next]);
    if (next < events.length) timer = setTimeout(wake, millisecondsUntil(events[next].due));
  };
  wake();
  return () => clearTimeout(timer);
};

const lookMilliseconds = 25;
const aheadMicros = 100_000;

/**
 * A look-ahead clock: every 25 ms a timer looks 100 ms ahead and hands over what is due there. A browser would hand it to Web
 * Audio's own clock; MIDI from Node has nothing to hand it to but a timer. Source of the idea and the numbers: Chris Wilson, "A
 * tale of two clocks" (web.dev/articles/audio-scheduling); Tone.js and Strudel work so.
 */
const lookAhead: Arm = (events, _grid, send) => {
  const timers = new Set<NodeJS.Timeout>();
  let next = 0;
  const look = (): void => {
    const until = monotonicClock.now() + aheadMicros;
    for (; next < events.length && events[next].due < until; next += 1) {
      const event = events[next];
      timers.add(setTimeout(() => send(event), millisecondsUntil(event.due)));
    }
  };
  look();
  timers.add(setInterval(look, lookMilliseconds));
  return () => timers.forEach(clearTimeout);
};

const ways: readonly (readonly [string, Arm])[] = [
  ['setInterval', interval],
  ['setTimeout a note', timeoutEach],
  ['setTimeout, corrected', timeoutCorrected],
  ['look-ahead 25/100 ms', lookAhead],
];

/** The ways of Node's own timers, on a wire of the main thread. */
export function timerSchedulers(wire: DirectWire): Scheduler[] {
  return ways.map(([name, arm]) => timerScheduler(name, arm, wire));
}

/** The best that a library without a clock of its own can be given. */
export function correctedOn(wire: DirectWire): Scheduler {
  return timerScheduler(wire.name, timeoutCorrected, wire);
}

function timerScheduler(name: string, arm: Arm, wire: DirectWire): Scheduler {
  return {
    name,
    play: async (grid) => {
      const samples: Sample[] = [];
      const disarm = arm(eventsOf(grid), grid, (event) => {
        wire.send(event);
        record(samples, event);
      });
      await passed(grid);
      disarm();
      return samples;
    },
    end: async () => wire.end(),
  };
}

/** Writes down that an event was sent just now. */
export function record(samples: Sample[], { kind, due, bytes: [status, pitch = 0] }: GridEvent): void {
  if (kind !== 'noteOff') samples.push({ kind: kind === 'noteOn' ? onsetRecord : clockRecord, due, at: monotonicClock.now(), key: (status & 0x0f) * 128 + pitch });
}

/** Resolves when the grid is over, and a little later. */
export async function passed({ start, beats, bpm }: Grid): Promise<void> {
  await pass(millisecondsUntil(start + (beats * 60_000_000) / bpm) + afterwardsMilliseconds);
}

export function millisecondsUntil(due: number): number {
  return Math.max(0, (due - monotonicClock.now()) / 1000);
}
