import { ContinuoError } from '../errors.js';
import { scanChunks, type Division } from './chunks.js';
import { cleanTrack } from './clean-track.js';

/** The same music as a damaged or unusual file, in track bodies any reader of Standard MIDI Files takes. */
export interface WellFormedFile {
  /** Quarter notes, 1 or more. */
  readonly ticksPerBeat: number;
  /** Each track in pieces that follow each other: see {@link cleanTrack}. */
  readonly tracks: readonly (readonly Uint8Array[])[];
  /** As the original header says. */
  readonly format: number;
  /** What was damaged or unusual, one sentence each. */
  readonly remarks: readonly string[];
}

export interface WellFormedOptions {
  /** Put the patterns of a format 2 file one after the other instead of all at tick 0. */
  readonly patternsInSequence: boolean;
}

/**
 * Cleans a file for the readers behind it: see {@link scanChunks} for the frame and {@link cleanTrack} for events.
 * SMPTE time becomes beats at about 120 BPM with the file's own ticks kept.
 * Time grows linearly with the number of bytes.
 * @throws ContinuoError badMidiFile when nothing can be read.
 */
export function wellFormed(file: Uint8Array, options: WellFormedOptions): WellFormedFile {
  const { format, division, tracks, remarks: frameRemarks } = scanChunks(file);
  const remarks = [...frameRemarks];
  const time = beatTime(division);
  const keepTempo = time.microsPerBeat === undefined;
  let startTick = 0;
  let eventCount = 0;
  let firstDamage: string | undefined;
  const bodies = tracks.map((track, index) => {
    const clean = cleanTrack(track, { keepTempo, startTick });
    eventCount += clean.eventCount;
    if (clean.damage !== undefined) {
      firstDamage ??= `Track ${index + 1} ${clean.damage}`;
      remarks.push(`Track ${index + 1} ${clean.damage}; it was read up to there.`);
    }
    if (format === 2 && options.patternsInSequence) startTick = clean.endTick;
    return clean.pieces;
  });
  if (eventCount === 0 && firstDamage !== undefined) {
    throw new ContinuoError('badMidiFile', `${firstDamage}, and nothing else in the file can be read.`);
  }
  if (time.microsPerBeat !== undefined && bodies.length > 0) {
    remarks.push('The file counts in SMPTE frames: its times were turned into beats at 120 BPM.');
    const [[first, ...rest]] = bodies;
    bodies[0] = [withTempo(first, time.microsPerBeat), ...rest];
  }
  return { ticksPerBeat: time.ticksPerBeat, tracks: bodies, format, remarks };
}

interface BeatTime {
  readonly ticksPerBeat: number;
  /** The tempo that makes ticks as long as the file says, where tempo events do not rule. */
  readonly microsPerBeat: number | undefined;
}

function beatTime(division: Division): BeatTime {
  if ('ticksPerBeat' in division) return { ticksPerBeat: division.ticksPerBeat, microsPerBeat: undefined };
  const ticksPerBeat = Math.max(1, Math.round(division.ticksPerSecond / 2));
  return { ticksPerBeat, microsPerBeat: Math.round((ticksPerBeat / division.ticksPerSecond) * 1e6) };
}

function withTempo(body: Uint8Array, microsPerBeat: number): Uint8Array {
  const tempo = [0, 0xff, 0x51, 3, microsPerBeat >> 16, (microsPerBeat >> 8) & 0xff, microsPerBeat & 0xff];
  return Uint8Array.from([...tempo, ...body]);
}
