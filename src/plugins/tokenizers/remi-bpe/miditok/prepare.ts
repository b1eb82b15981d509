import { eventsOfType, type TickScore } from '../../../../engine/music/tick-score.js';
import { drumProgram } from '../symbols.js';
import { commonTime, type MiditokFormat } from './format.js';
import type { GridNotes } from './grid-notes.js';
import {
  closestIndex,
  metersOf,
  roundToGrid,
  sectionsOf,
  settleMeters,
  ticksPerBeat,
  valueAt,
  type MeterChange,
  type Section,
} from './grid.js';
import type { LengthTables } from './length-table.js';
import { mergePrograms, tracksOf, type ProgramTrack } from './score-tracks.js';

export interface TempoChange {
  time: number;
  /** Index in the format's tempos. */
  readonly tempo: number;
}

/** A piece on the grid of a vocabulary. */
export interface PreparedScore {
  readonly ticksPerQuarter: number;
  readonly meters: readonly MeterChange[];
  readonly tempos: readonly TempoChange[];
  readonly tracks: readonly ProgramTrack[];
  /** Ticks per beat along the piece. */
  readonly beats: readonly Section[];
}

const defaultBpm = 120;

/**
 * What MidiTok does to a piece before it writes it: everything on the grid, values of the vocabulary only, the notes of
 * each track in order of time.
 */
export function prepareScore(score: TickScore, format: MiditokFormat, lengths: LengthTables): PreparedScore {
  const { config } = format;
  const written = metersOf(score, format);
  const finest = config.use_time_signatures ? Math.max(...written.map(({ denominator }) => denominator)) : 4;
  const ticksPerQuarter = Math.trunc((format.positionsPerBeat * finest) / 4);
  const factor = ticksPerQuarter / score.ticksPerBeat;
  const isOnGrid = factor === 1;
  const tracks = tracksOf(score);
  if (!isOnGrid) for (const { notes } of tracks) scale(notes, factor);
  const moved = written.map((change) => ({ ...change, time: isOnGrid ? change.time : Math.trunc(change.time * factor) }));
  const meters = config.use_time_signatures
    ? settleMeters(moved, ticksPerQuarter, config.delete_equal_successive_time_sig_changes)
    : moved;
  const rawTempos = temposOf(score, factor);
  const end = endOf(tracks, meters, rawTempos, score, factor) + 1;
  const steps = gridSteps(meters, end, ticksPerQuarter, format);
  const beats = sectionsOf(meters, end, (meter) => ticksPerBeat(meter, ticksPerQuarter));
  const playing = (isMergedByProgram(format) ? mergePrograms(tracks) : tracks).filter(({ program }) =>
    config.programs.includes(program === drumProgram ? -1 : program),
  );
  for (const track of playing) prepareNotes(track, steps, beats, format, lengths);
  return {
    ticksPerQuarter,
    meters,
    tempos: config.use_tempos ? settleTempos(rawTempos, steps, format) : [],
    tracks: playing.filter(({ notes }) => notes.length > 0),
    beats,
  };
}

function isMergedByProgram({ form }: MiditokFormat): boolean {
  return form === 'REMI';
}

/** Ticks per grid step along the piece, where meters of several denominators share one resolution. */
function gridSteps(
  meters: readonly MeterChange[],
  end: number,
  ticksPerQuarter: number,
  { config, positionsPerBeat }: MiditokFormat,
): Section[] | undefined {
  if (!config.use_time_signatures || new Set(meters.map(({ denominator }) => denominator)).size < 2) return undefined;
  return sectionsOf(meters, end, ({ denominator }) => Math.floor(ticksPerQuarter / (positionsPerBeat * (denominator / 4))));
}

function scale({ times, durations, length }: GridNotes, factor: number): void {
  for (let index = 0; index < length; index += 1) {
    times[index] = Math.floor(times[index] * factor + 0.5);
    durations[index] = Math.max(1, Math.floor(durations[index] * factor + 0.5));
  }
}

function prepareNotes(
  { program, notes }: ProgramTrack,
  steps: readonly Section[] | undefined,
  beats: readonly Section[],
  { ids, config, velocities }: MiditokFormat,
  lengths: LengthTables,
): void {
  const kind = program === drumProgram && config.use_pitchdrum_tokens ? 'PitchDrum' : 'Pitch';
  const isKnown = Array.from({ length: 128 }, (_, pitch) => ids.has(`${kind}_${pitch}`));
  notes.keep((index) => isKnown[notes.pitches[index]]);
  const nearest = Uint8Array.from({ length: 256 }, (_, velocity) => velocities[closestIndex(velocities, velocity)]);
  for (let index = 0; index < notes.length; index += 1) notes.velocities[index] = nearest[notes.velocities[index]];
  if (steps !== undefined) roundToGrid(notes.times, notes.length, steps);
  for (let index = 0; index < notes.length; index += 1) {
    notes.durations[index] = lengths.at(valueAt(beats, notes.times[index])).nearest(notes.durations[index]);
  }
  if (!config.remove_duplicated_notes) {
    notes.sortByTime();
    return;
  }
  notes.sortByPitch();
  const { times, pitches } = notes;
  notes.keep((index) => index === 0 || times[index - 1] !== times[index] || pitches[index - 1] !== pitches[index]);
}

interface RawTempo {
  time: number;
  readonly microsPerBeat: number;
}

function temposOf({ tracks }: TickScore, factor: number): RawTempo[] {
  const tempos = eventsOfType({ tracks }, 'tempo')
    .map(({ tick, microsPerBeat }) => ({ time: tick, microsPerBeat }))
    .sort((a, b) => a.time - b.time);
  for (const tempo of tempos) tempo.time = factor === 1 ? tempo.time : Math.floor(tempo.time * factor + 0.5);
  return tempos;
}

/** The last tempo of those at one place, in values of the vocabulary; one stands at the start. */
function settleTempos(raw: readonly RawTempo[], steps: readonly Section[] | undefined, format: MiditokFormat): TempoChange[] {
  const { config, tempos } = format;
  const defaultTempo = closestIndex(tempos, defaultBpm);
  if (raw.length === 0) return [{ time: 0, tempo: defaultTempo }];
  const slowestFirst = tempos.map((bpm) => 60e6 / bpm).reverse();
  let changes: TempoChange[] = raw.map(({ time, microsPerBeat }) => ({
    time,
    tempo: tempos.length - 1 - closestIndex(slowestFirst, microsPerBeat),
  }));
  if (steps !== undefined) {
    const times = Float64Array.from(changes, ({ time }) => time);
    roundToGrid(times, times.length, steps);
    changes.forEach((change, index) => (change.time = times[index]));
  }
  changes = changes.filter(({ time }, index) => index + 1 === changes.length || changes[index + 1].time !== time);
  if (config.delete_equal_successive_tempo_changes) {
    changes = changes.filter(({ tempo }, index) => index === 0 || changes[index - 1].tempo !== tempo);
    if (changes[0].tempo === defaultTempo && isWholeMicros(tempos[defaultTempo])) changes[0].time = 0;
  }
  if (changes[0].time !== 0) changes.unshift({ time: 0, tempo: defaultTempo });
  return changes;
}

/** Whether a tempo is the same after it was written in whole microseconds, as MidiTok compares it. */
function isWholeMicros(bpm: number): boolean {
  return 60e6 / Math.trunc(60e6 / bpm) === bpm;
}

function endOf(
  tracks: readonly ProgramTrack[],
  meters: readonly MeterChange[],
  tempos: readonly RawTempo[],
  score: TickScore,
  factor: number,
): number {
  let end = 0;
  for (const { notes } of tracks) {
    for (let index = 0; index < notes.length; index += 1) end = Math.max(end, notes.times[index] + notes.durations[index]);
  }
  for (const { time } of [...meters, ...tempos]) end = Math.max(end, time);
  for (const track of score.tracks) {
    for (const { type, tick } of track) {
      if (type === 'key' || type === 'control') end = Math.max(end, Math.floor(tick * factor + 0.5));
    }
  }
  return end;
}

/** The meter a stream begins with. */
export function firstMeter({ meters }: PreparedScore): MeterChange {
  return meters[0] ?? { time: 0, ...commonTime };
}

