import { eventsOfType, type TickScore } from '../../../../engine/music/tick-score.js';
import { commonTime, roundHalfEven, type MiditokFormat, type MiditokMeter } from './format.js';

export interface MeterChange extends MiditokMeter {
  time: number;
}

/** A stretch of the piece in which something stays the same, up to `end`. */
export interface Section {
  end: number;
  readonly value: number;
}

/** Ticks of a beat of a meter, at so many ticks per quarter note. */
export function ticksPerBeat({ denominator }: MiditokMeter, ticksPerQuarter: number): number {
  return denominator === 4 ? ticksPerQuarter : Math.trunc((ticksPerQuarter * 4) / denominator);
}

export function ticksPerBar(meter: MiditokMeter, ticksPerQuarter: number): number {
  return ticksPerBeat(meter, ticksPerQuarter) * meter.numerator;
}

/** The place in a rising list that a value is nearest to; of two as near the later. */
export function closestIndex(list: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  const after = Math.min(low, list.length - 1);
  return low === list.length || Math.abs(value - list[before]) < Math.abs(value - list[after]) ? low - 1 : low;
}

/** Meter changes that the vocabulary has, in ticks of the file, with one at the start. */
export function metersOf(score: TickScore, format: MiditokFormat): MeterChange[] {
  if (!format.config.use_time_signatures) return [{ time: 0, ...commonTime }];
  const found = eventsOfType(score, 'meter')
    .map(({ tick, numerator, denominatorPower }) => ({ time: tick, numerator, denominator: 2 ** denominatorPower }))
    .sort((a, b) => a.time - b.time)
    .filter((change) => format.meters.some((meter) => isSameMeter(meter, change)));
  return found.length > 0 && found[0].time === 0 ? found : [{ time: 0, ...commonTime }, ...found];
}

/** Moves each change to the next bar line, and drops those that change nothing or last no bar. */
export function settleMeters(changes: readonly MeterChange[], ticksPerQuarter: number, dropFirst: boolean): MeterChange[] {
  const meters = changes.map((change) => ({ ...change }));
  let bar = ticksPerBar(meters[0], ticksPerQuarter);
  let previous = 0;
  for (let at = 0; at < meters.length; ) {
    if (at >= 1 && isSameMeter(meters[at], meters[at - 1])) {
      meters.splice(at, 1);
      continue;
    }
    if (at >= 1 && meters[at].time < meters[at - 1].time) meters[at].time = meters[at - 1].time;
    const bars = Math.ceil((meters[at].time - previous) / bar);
    meters[at].time = previous + bars * bar;
    bar = ticksPerBar(meters[at], ticksPerQuarter);
    previous = meters[at].time;
    if (at >= 1 && meters[at].time === meters[at - 1].time) {
      meters.splice(at - 1, 1);
      if (at >= 2 && isSameMeter(meters[at - 1], meters[at - 2])) {
        meters.splice(at - 1, 1);
        bar = ticksPerBar(meters[at - 2], ticksPerQuarter);
        previous = meters[at - 2].time;
        at -= 1;
      }
      continue;
    }
    at += 1;
  }
  if (dropFirst && isSameMeter(meters[0], commonTime)) meters[0].time = 0;
  else if (meters[0].time !== 0) meters.unshift({ time: 0, ...commonTime });
  return meters;
}

/** Stretches of one value of the meter, equal neighbours joined. */
export function sectionsOf(meters: readonly MeterChange[], end: number, measure: (meter: MiditokMeter) => number): Section[] {
  const sections: Section[] = [];
  meters.forEach((meter, index) => {
    const until = index + 1 < meters.length ? meters[index + 1].time : end;
    const last = sections.at(-1);
    const value = measure(meter);
    if (last?.value === value) last.end = until;
    else sections.push({ end: until, value });
  });
  return sections;
}

/**
 * Rounds the first `count` of rising times to the grid of their section, which begins where the section does.
 * @param sections their values are ticks per grid step
 */
export function roundToGrid(times: Float64Array, count: number, sections: readonly Section[]): void {
  const places = sections.map(({ end }, index) => (index === sections.length - 1 ? count : firstAtOrAfter(times, count, end)));
  let from = 0;
  let start = 0;
  sections.forEach(({ end, value }, index) => {
    for (; from < places[index]; from += 1) {
      if (value !== 1) times[from] = roundHalfEven((times[from] - start) / value) * value + start;
    }
    start = end;
  });
}

function firstAtOrAfter(times: Float64Array, count: number, time: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value of the section that a time falls in; of the last where it is past all. */
export function valueAt(sections: readonly Section[], time: number): number {
  let low = 0;
  let high = sections.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sections[middle].end <= time) low = middle + 1;
    else high = middle;
  }
  return sections[low].value;
}

export function isSameMeter(a: MiditokMeter, b: MiditokMeter): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}
