import type { MusicConstraint } from '../../../../engine/music/constraint.js';
import { drumChannel, type Note } from '../../../../engine/music/note.js';
import type { ForcedDue, Forcing } from '../forcing.js';
import { drumProgram } from '../symbols.js';
import { wantedPrograms, type FormatUnits } from '../wishes.js';
import { Phase, type MiditokCursor } from './cursor.js';
import type { MiditokFormat } from './format.js';
import type { StreamGrid } from './stream-grid.js';

interface ForcedEvent {
  /** Grid units from the start of the stream, not on the grid of any bar. */
  readonly time: number;
  readonly isDrums: boolean;
  readonly pitch: number;
  /** Ids of its symbols: pitch and velocity. */
  readonly symbols: readonly number[];
  /** Beats. */
  readonly duration: number;
}

/**
 * Forced notes in a stream whose time goes on: they come first at their place, on the lowest program that may be chosen
 * or on the drums, and nothing goes past them. What the vocabulary has no pitch for is left out.
 */
export class ForcedEvents implements Forcing<MiditokCursor> {
  private readonly events = new WeakMap<readonly Note[], readonly ForcedEvent[]>();

  constructor(
    private readonly grid: StreamGrid,
    private readonly units: FormatUnits,
  ) {}

  due(cursor: MiditokCursor, { forcedNotes, programs }: MusicConstraint): ForcedDue | undefined {
    if (forcedNotes === undefined || forcedNotes.length === 0) return undefined;
    const events = this.eventsOf(forcedNotes);
    const { barLine, texture } = cursor;
    const tune = Math.min(...wantedPrograms(programs, this.units));
    if (barLine === undefined) {
      const next = events.find(({ time }) => time >= cursor.nextBarLine - cursor.positionLength / 2);
      return next && { spelling: [], isAlone: false, latest: Math.max(next.time, cursor.nextBarLine) };
    }
    for (let at = firstFrom(events, texture.now - cursor.positionLength / 2); at < events.length; at += 1) {
      const event = events[at];
      const program = event.isDrums ? drumProgram : tune;
      const place = Math.max(0, Math.round((event.time - barLine) / cursor.positionLength));
      const time = barLine + place * cursor.positionLength;
      if (time < texture.now) continue;
      if (time >= cursor.nextBarLine) return { spelling: [], isAlone: false, latest: Math.max(event.time, cursor.nextBarLine) };
      if (time > texture.now || !isPlaced(cursor)) {
        const isNext = isBetweenPlaces(cursor);
        const spelling = isNext ? [this.idOf(`Position_${place}`), ...this.spell(event, program, cursor)] : [];
        return { spelling, isAlone: false, latest: time };
      }
      const rest = this.restOf(event, program, cursor);
      if (rest !== undefined) return { spelling: rest, isAlone: true, latest: time };
    }
    return undefined;
  }

  /** What is left to say of a note that is due here; `undefined` where it has been said, or another one is being said. */
  private restOf(event: ForcedEvent, program: number, cursor: MiditokCursor): readonly number[] | undefined {
    const { phase, texture } = cursor;
    const spelled = [event.symbols[0], event.symbols[1], this.lengthId(event, cursor)];
    if (phase === Phase.pitch || phase === Phase.velocity) {
      const isThis = cursor.program === program && texture.lastPitch === event.pitch;
      return isThis ? spelled.slice(phase === Phase.pitch ? 1 : 2) : undefined;
    }
    if (texture.hasStruck(program, event.pitch)) return undefined;
    if (phase === Phase.program) return cursor.program === program ? spelled : undefined;
    return this.spell(event, program, cursor);
  }

  private spell(event: ForcedEvent, program: number, cursor: MiditokCursor): number[] {
    const said = cursor.saysChanges && cursor.program === program ? [] : [this.idOf(`Program_${program === drumProgram ? -1 : program}`)];
    return [...said, ...event.symbols, this.lengthId(event, cursor)];
  }

  private lengthId({ duration }: ForcedEvent, { beatScale }: MiditokCursor): number {
    const { durations } = this.grid.format;
    const lengths = durations.map((_, index) => Math.abs(this.units.beatsOf(index) * beatScale - duration));
    return this.idOf(`Duration_${durations[lengths.indexOf(Math.min(...lengths))].name}`);
  }

  private idOf(name: string): number {
    return this.grid.format.ids.get(name) ?? -1;
  }

  private eventsOf(notes: readonly Note[]): readonly ForcedEvent[] {
    let events = this.events.get(notes);
    if (events === undefined) this.events.set(notes, (events = eventsIn(notes, this.grid)));
    return events;
  }
}

/** Whether the stream stands at a place where a note can begin, or in a note. */
function isPlaced({ phase }: MiditokCursor): boolean {
  return phase >= Phase.position;
}

function isBetweenPlaces({ phase }: MiditokCursor): boolean {
  return phase === Phase.bar || phase === Phase.meter || phase === Phase.tempo || phase === Phase.note;
}

function eventsIn(notes: readonly Note[], { format, unitsPerBeat }: StreamGrid): readonly ForcedEvent[] {
  return notes.flatMap(({ beat, duration, channel, pitch, velocity }) => {
    const isDrums = channel === drumChannel;
    const ids = symbolIds(format, isDrums, pitch, velocity);
    if (ids === undefined || !(beat >= 0) || !Number.isFinite(beat)) return [];
    return [{ time: beat * unitsPerBeat, isDrums, pitch, symbols: ids, duration: Number.isFinite(duration) ? duration : 0 }];
  });
}

/** Ids of pitch and velocity; `undefined` where the vocabulary lacks one, or has no drums for a drum. */
function symbolIds(format: MiditokFormat, isDrums: boolean, pitch: number, velocity: number): readonly [number, number] | undefined {
  const { ids, velocities } = format;
  const nearest = velocities.reduce((best, level) => (Math.abs(level - velocity) < Math.abs(best - velocity) ? level : best));
  const pitchId = ids.get(`${isDrums && format.hasDrumPitches ? 'PitchDrum' : 'Pitch'}_${pitch}`);
  const velocityId = ids.get(`Velocity_${nearest}`);
  if (pitchId === undefined || velocityId === undefined || (isDrums && !ids.has('Program_-1'))) return undefined;
  return [pitchId, velocityId];
}

function firstFrom(events: readonly ForcedEvent[], time: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
