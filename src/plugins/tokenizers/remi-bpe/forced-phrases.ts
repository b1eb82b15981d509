import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { drumChannel, type Note } from '../../../engine/music/note.js';
import type { ForcedDue, Forcing } from './forcing.js';
import { Phase, type PhraseCursor } from './phrase-cursor.js';
import {
  durationId,
  longestDuration,
  pitchId,
  positionId,
  programId,
  sixteenthsPerBeat,
  trackEndId,
  trackStartId,
  velocityId,
  velocityLevel,
} from './phrase-vocabulary.js';
import { drumProgram } from './symbols.js';

export interface ForcedNote {
  /** Sixteenths from the start of the stream. */
  readonly at: number;
  readonly pitch: number;
  readonly symbols: readonly number[];
}

interface Parts {
  readonly melodic: readonly ForcedNote[];
  readonly drums: readonly ForcedNote[];
}

/**
 * Forced notes are written as tracks of their own: those of a bar, drums excepted, are its first track, on the lowest
 * program that may be chosen; forced drums are its track of drums.
 */
export class ForcedPhrases implements Forcing<PhraseCursor> {
  private readonly parts = new WeakMap<readonly Note[], Parts>();

  due(cursor: PhraseCursor, { forcedNotes, programs }: MusicConstraint): ForcedDue | undefined {
    if (forcedNotes === undefined || forcedNotes.length === 0 || !cursor.isInBar) return undefined;
    const { melodic, drums } = this.partsOf(forcedNotes);
    const isFirst = cursor.tracksInBar === (cursor.phase >= Phase.trackStart ? 1 : 0);
    const tune = isFirst ? inBar(melodic, cursor) : [];
    if (cursor.phase >= Phase.program) {
      const notes = cursor.isDrums ? inBar(drums, cursor) : tune;
      const rest = notes.length === 0 ? undefined : restOf(notes, cursor);
      return rest === undefined ? undefined : { spelling: rest, reserved: undefined, isAlone: true };
    }
    if (tune.length > 0) {
      const spelling = begun(cursor, lowestProgram(programs), tune);
      return { spelling, reserved: undefined, isAlone: cursor.phase >= Phase.head };
    }
    const beat = cursor.program < drumProgram ? inBar(drums, cursor) : [];
    if (beat.length === 0) return undefined;
    return { spelling: begun(cursor, drumProgram, beat), reserved: programId(drumProgram), isAlone: false };
  }

  private partsOf(notes: readonly Note[]): Parts {
    let parts = this.parts.get(notes);
    if (parts === undefined) {
      parts = {
        melodic: onGrid(notes.filter(({ channel }) => channel !== drumChannel)),
        drums: onGrid(notes.filter(({ channel }) => channel === drumChannel)),
      };
      this.parts.set(notes, parts);
    }
    return parts;
  }
}

/** One note at each place and pitch, the first that is given, in the order of a track. */
export function onGrid(notes: readonly Note[]): ForcedNote[] {
  const placed = new Map<number, ForcedNote>();
  for (const { beat, duration, pitch, velocity } of notes) {
    const at = Math.floor(beat * sixteenthsPerBeat + 0.5);
    if (!(at >= 0) || !Number.isInteger(pitch) || pitch < 0 || pitch > 127) continue;
    const length = Math.max(1, Math.min(longestDuration, Math.round(duration * sixteenthsPerBeat) || 1));
    const level = velocityLevel(Math.max(1, Math.min(127, Math.round(velocity) || 1)));
    const key = at * 128 + pitch;
    if (!placed.has(key)) placed.set(key, { at, pitch, symbols: [pitchId(pitch), velocityId(level), durationId(length)] });
  }
  return [...placed].sort((a, b) => a[0] - b[0]).map(([, note]) => note);
}

/** Those of the present bar. */
function inBar(notes: readonly ForcedNote[], { barStart, barLength }: PhraseCursor): readonly ForcedNote[] {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle].at < barStart) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < notes.length && notes[end].at < barStart + barLength) end += 1;
  return notes.slice(low, end);
}

function lowestProgram(programs: readonly number[] | undefined): number {
  const allowed = (programs ?? []).filter((program) => Number.isInteger(program) && program >= 0 && program < drumProgram);
  return allowed.length === 0 ? 0 : Math.min(...allowed);
}

/** A whole track, or what follows its start. */
function begun(cursor: PhraseCursor, program: number, notes: readonly ForcedNote[]): number[] {
  const track = [programId(program), ...written(notes, cursor.barStart, -1), trackEndId];
  return cursor.phase === Phase.trackStart ? track : [trackStartId, ...track];
}

function written(notes: readonly ForcedNote[], barStart: number, from: number): number[] {
  let position = from;
  return notes.flatMap(({ at, symbols }) => {
    if (at - barStart === position) return symbols;
    position = at - barStart;
    return [positionId(position), ...symbols];
  });
}

/** What is left of a track; `undefined` where the stream has already left what is forced. */
function restOf(notes: readonly ForcedNote[], cursor: PhraseCursor): number[] | undefined {
  const { phase, position, lastPitch, barStart } = cursor;
  const place = barStart + position;
  const left = notes.filter(({ at, pitch }) => at > place || (at === place && pitch > lastPitch));
  const rest = [...written(left, barStart, position), trackEndId];
  if (phase === Phase.program || phase === Phase.note) return phase === Phase.program && left.length === 0 ? undefined : rest;
  if (phase === Phase.position) return left[0]?.at === place ? rest : undefined;
  const sounding = notes.find(({ at, pitch }) => at === place && pitch === lastPitch);
  return sounding === undefined ? undefined : [...sounding.symbols.slice(phase === Phase.pitch ? 1 : 2), ...rest];
}
