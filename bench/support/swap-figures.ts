import { nextBoundary } from '../../src/engine/deck/boundary.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { RecordedNote } from './note-recorder.js';
import { percentile } from './percentile.js';
import type { SwapKind, SwapWish } from './swap-script.js';

/** An off that is this much later than the note is long has been forgotten. */
const hangingMicros: Micros = 2_000_000;
/** As much later, and the machine has held up the send thread. */
const heldUpMicros: Micros = 100_000;
const onTheLine: Beats = 1e-6;
const beatsPerBar = 4;

export interface Swap extends SwapWish {
  /** Where the music was when it was asked for, and when that was. */
  readonly askedBeat: Beats;
  readonly askedMicros: Micros;
  /** Where it took over; `undefined` where it did not. */
  readonly atBeat?: Beats;
  readonly doneMicros: Micros;
  /** Sixteenths without music meanwhile, and up to the next swap. */
  readonly empty: number;
  readonly megabytes: number;
  readonly fault?: string;
}

/** What came of swaps, from what the performer did and what the wire was given. */
export function swapFigures(swaps: readonly Swap[], notes: readonly RecordedNote[], bpm: number): object {
  return {
    failed: counted(swaps.flatMap(({ fault }) => (fault === undefined ? [] : [fault]))),
    hangingNotes: notes.filter(({ offMicros, dueOffMicros }) => offMicros === undefined || offMicros - dueOffMicros > hangingMicros).length,
    endsHeldUp: notes.filter(({ offMicros, dueOffMicros }) => offMicros !== undefined && offMicros - dueOffMicros > heldUpMicros).length,
    offTheBoundary: swaps.filter((each) => !isOnBoundary(each)).length,
    emptyByPair: emptyByPair(swaps),
    byKind: (['load', 'cued', 'back'] as const).map((kind) => figuresOf(kind, swaps, bpm)),
    rssMegabytes: rssFigures(swaps),
  };
}

function isOnBoundary({ atBeat, boundary }: Swap): boolean {
  return atBeat === undefined || Math.abs(nextBoundary(atBeat, boundary, beatsPerBar) - atBeat) < onTheLine;
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

/** How late onsets were: those due between asking for a swap and the beat after it, and the others. */
export function sendFigures(notes: readonly RecordedNote[], swaps: readonly Swap[], beatMicros: number): object {
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

/** Sentences that differ in numbers alone as one, and how often each came. */
export function counted(sentences: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const sentence of sentences) {
    const kind = sentence.replace(/[\d.]+/g, '#');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Sixteenths without music by the packs of the swap they came after, the most first; pairs without any are left out. */
function emptyByPair(swaps: readonly Swap[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  swaps.forEach(({ pack, empty }, index) => {
    const pair = `${swaps[index - 1]?.pack ?? ''} > ${pack}`;
    if (empty > 0) counts.set(pair, (counts.get(pair) ?? 0) + empty);
  });
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
