import type { Note } from '../../../src/engine/music/note.js';
import type { Beats } from '../../../src/engine/music/units.js';
import type { DumpedEvent } from './aseqdump.js';

const pulsesPerBeat = 24;
const pulsesPerSixteenth = 6;

/** Where a device that knows only clock, start, continue, stop and song position stands after each event. */
export function beatsOfFollower(events: readonly DumpedEvent[]): readonly Beats[] {
  let pulses = 0;
  let playing = false;
  return events.map(({ kind, data1 }) => {
    if (kind === 'Start') pulses = 0;
    if (kind === 'Song position pointer') pulses = data1 * pulsesPerSixteenth;
    if (kind === 'Start' || kind === 'Continue') playing = true;
    if (kind === 'Stop') playing = false;
    if (kind === 'Clock' && playing) pulses += 1;
    return pulses / pulsesPerBeat;
  });
}

/** What is wrong with the ends of the notes: each is to have one, before its key is struck again. */
export function faultsOfEnds(events: readonly DumpedEvent[]): readonly string[] {
  const sounding = new Set<string>();
  const faults: string[] = [];
  for (const { kind, channel, data1 } of events) {
    const key = `channel ${channel} pitch ${data1}`;
    if (kind === 'Note on') {
      if (sounding.has(key)) faults.push(`${key} was struck while it sounded`);
      sounding.add(key);
    }
    if (kind === 'Note off' && !sounding.delete(key)) faults.push(`${key} was ended without having sounded`);
  }
  return [...faults, ...[...sounding].map((key) => `${key} was never ended`)];
}

export interface HeardNote {
  readonly note: Note;
  /** Index of its onset in what was dumped. */
  readonly index: number;
}

export interface Comparison {
  readonly heard: readonly HeardNote[];
  /** Planned before `stopBeat`, and not heard. */
  readonly missing: readonly Note[];
  /** Onsets that nobody planned, or not so often, or not so late. */
  readonly unplanned: readonly DumpedEvent[];
}

/**
 * Finds for each onset the planned note it is: the next one of that channel, pitch and velocity.
 * @param planned in the order of playing
 */
export function compareToPlan(events: readonly DumpedEvent[], planned: readonly Note[], stopBeat: Beats): Comparison {
  const waiting = [...planned];
  const heard: HeardNote[] = [];
  const unplanned: DumpedEvent[] = [];
  events.forEach((event, index) => {
    if (event.kind !== 'Note on') return;
    const since = heard.at(-1)?.note.beat ?? -Infinity;
    const found = waiting.findIndex(
      ({ beat, channel, pitch, velocity }) => beat >= since && channel === event.channel && pitch === event.data1 && velocity === event.data2,
    );
    if (found < 0) unplanned.push(event);
    else heard.push({ note: waiting.splice(found, 1)[0], index });
  });
  return { heard, unplanned, missing: waiting.filter(({ beat }) => beat < stopBeat) };
}
