import type { TickEvent, TickScore } from '../../../engine/music/tick-score.js';
import type { WishedBars } from './limits.js';
import { barLength, barLengths, commonMeter, meters, positionsPerBar, sixteenthsPerBeat, type Meter } from './phrase-vocabulary.js';

export interface PlannedBar {
  /** Sixteenths from the start of the piece. */
  readonly start: number;
  /** Index in `meters`. */
  readonly meter: number;
}

interface MeterChange extends Meter {
  /** Sixteenths from the start of the piece. */
  readonly at: number;
}

/** How many bar lines are looked at for one that a bar of the format can reach. */
const lineHorizon = 64;

/**
 * Bars of the format's meters from the start to the sixteenth `last`, their lines on the piece's own bar lines wherever
 * these can be reached. A bar of a meter that the format lacks becomes several: 12/8 is 6/8 6/8, 9/8 is 6/8 3/8, 5/4
 * is 3/4 2/4. Bars of fewer than six or of an odd number of sixteenths are taken together. Time is never moved.
 */
export function* planBars(score: TickScore, last: number): Generator<PlannedBar> {
  const changes = meterChanges(score);
  let current = 0;
  let start = 0;
  while (start <= last) {
    while (current + 1 < changes.length && changes[current + 1].at <= start) current += 1;
    const { length, whole } = nextBar(changes, current, start);
    yield { start, meter: whole ?? meterOfLength(length, changes[current].denominator) };
    start += length;
  }
}

/** What takes more bars than this comes round too late to be called a meter. */
const mostParts = 8;

/**
 * The bars that bars of a meter become, until their lines meet again; `undefined` for what is no meter.
 * @example barsOfMeter({ numerator: 5, denominator: 4 }) // → 3/4 and 2/4, 20 sixteenths in all
 */
export function barsOfMeter({ numerator, denominator }: Meter): WishedBars | undefined {
  const denominatorPower = Math.log2(denominator);
  if (!Number.isInteger(numerator) || numerator < 1 || !Number.isInteger(denominatorPower) || denominatorPower < 0) return undefined;
  const said: TickEvent = { type: 'meter', tick: 0, numerator, denominatorPower, clocksPerClick: 24, thirtySecondsPerBeat: 8 };
  const piece = { ticksPerBeat: sixteenthsPerBeat, tracks: [[said]] };
  const length = barLength({ numerator, denominator });
  const bars: PlannedBar[] = [];
  for (const bar of planBars(piece, mostParts * positionsPerBar)) {
    if (bar.start > 0 && bar.start % length === 0) {
      return { meters: bars.map(({ meter }) => meter), starts: bars.map(({ start }) => start), length: bar.start };
    }
    bars.push(bar);
  }
  return undefined;
}

/** The length of the bar that begins at `start`, and its meter where it is a whole bar of the piece. */
function nextBar(changes: readonly MeterChange[], current: number, start: number): { length: number; whole?: number } {
  const { at, numerator, denominator } = changes[current];
  const trueLength = barLength(changes[current]);
  const whole = meters.findIndex((meter) => meter.numerator === numerator && meter.denominator === denominator);
  const end = current + 1 < changes.length ? changes[current + 1].at : Infinity;
  if (whole >= 0 && (start - at) % trueLength === 0 && start + trueLength <= end) return { length: trueLength, whole };
  const line = nextReachableLine(changes, current, start);
  return { length: line === undefined ? 16 : firstPart(line - start) };
}

function nextReachableLine(changes: readonly MeterChange[], first: number, start: number): number | undefined {
  let current = first;
  let line = start;
  for (let count = 0; count < lineHorizon; count += 1) {
    const end = current + 1 < changes.length ? changes[current + 1].at : Infinity;
    const length = Math.max(1, barLength(changes[current]));
    const next = changes[current].at + Math.round((Math.floor((line - changes[current].at) / length + 1e-9) + 1) * length);
    line = Math.max(line + 1, Math.min(next, end));
    if (line === end) current += 1;
    if (canFill(line - start)) return line;
  }
  return undefined;
}

/** Whether bars of the format can fill so many sixteenths: 6, 8, 10 … */
function canFill(sixteenths: number): boolean {
  return sixteenths >= 6 && sixteenths % 2 === 0;
}

/** The first bar of those that fill so many sixteenths. */
function firstPart(sixteenths: number): number {
  if (sixteenths <= 16) return sixteenths;
  return sixteenths < 28 ? 12 : 16;
}

function meterOfLength(length: number, denominator: number): number {
  if (length === 16) return commonMeter;
  if (length === 12 && denominator >= 8) return meters.findIndex((meter) => meter.numerator === 6);
  return barLengths.indexOf(length);
}

/** Meter changes by sixteenth, the last of those at one place; begins with a meter at 0. */
function meterChanges({ ticksPerBeat, tracks }: TickScore): MeterChange[] {
  const found = new Map<number, MeterChange>([[0, { at: 0, numerator: 4, denominator: 4 }]]);
  for (const track of tracks) {
    for (const event of track) {
      if (event.type !== 'meter' || event.numerator < 1) continue;
      const at = Math.floor((event.tick * 4) / ticksPerBeat + 0.5);
      found.set(at, { at, numerator: event.numerator, denominator: 2 ** event.denominatorPower });
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}
