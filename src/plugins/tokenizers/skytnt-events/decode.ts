import type { TickEvent, TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { stepsPerBeat, type RowEvent } from './row-event.js';
import { readRow } from './rows.js';
import { rowWidth, type SkytntVocabulary } from './vocabulary.js';

export const decodedTicksPerBeat = 480;
const ticksPerStep = decodedTicksPerBeat / stepsPerBeat;

/**
 * The score that rows stand for, 480 ticks a beat. Rows that are no event are skipped with their time. Tracks come in
 * order of their numbers without gaps. A note ends where the next of its track, channel and pitch begins; one that has
 * no length left is dropped.
 */
export function decodeRows(ids: ArrayLike<number>, vocabulary: SkytntVocabulary): TickScore {
  const tracks = new Map<number, TickEvent[]>();
  let beat = 0;
  for (let at = 0; at < ids.length; at += rowWidth) {
    const row = readRow(ids, at, vocabulary);
    if (row === undefined) continue;
    beat += row.beat;
    const events = tracks.get(row.track) ?? [];
    tracks.set(row.track, events);
    events.push(toTickEvent(row, ticksPerStep * (stepsPerBeat * beat + row.step)));
  }
  return {
    ticksPerBeat: decodedTicksPerBeat,
    tracks: [...tracks].sort((a, b) => a[0] - b[0]).map(([, events]) => withoutOverlaps(events)),
  };
}

/** @param tick when the row happens; its own `beat` is not looked at. */
function toTickEvent({ kind, values }: RowEvent, tick: number): TickEvent {
  switch (kind) {
    case 'note': {
      const [channel, pitch, velocity, steps] = values;
      return { type: 'note', tick, duration: ticksPerStep * steps, channel, pitch, velocity };
    }
    case 'program':
      return { type: 'program', tick, channel: values[0], program: values[1] };
    case 'control':
      return { type: 'control', tick, channel: values[0], controller: values[1], value: values[2] };
    case 'tempo':
      return { type: 'tempo', tick, microsPerBeat: Math.trunc((60 / (values[0] || 1)) * 1e6) };
    case 'meter':
      return {
        type: 'meter',
        tick,
        numerator: values[0] + 1,
        denominatorPower: values[1] + 1,
        clocksPerClick: 24,
        thirtySecondsPerBeat: 8,
      };
    case 'key':
      return { type: 'key', tick, sharps: values[0] - 7, minor: values[1] === 1 };
  }
}

function withoutOverlaps(events: readonly TickEvent[]): TickEvent[] {
  const nextOnset = new Map<number, number>();
  const result: TickEvent[] = [];
  for (const event of [...events].sort((a, b) => a.tick - b.tick).reverse()) {
    const kept = event.type === 'note' ? shortened(event, nextOnset) : event;
    if (kept !== undefined) result.push(kept);
  }
  return result.reverse();
}

function shortened(note: TickNote, nextOnset: Map<number, number>): TickNote | undefined {
  const key = note.channel * 128 + note.pitch;
  const next = nextOnset.get(key);
  nextOnset.set(key, note.tick);
  const duration = next === undefined ? note.duration : Math.min(note.duration, next - note.tick);
  return duration > 0 ? { ...note, duration } : undefined;
}
