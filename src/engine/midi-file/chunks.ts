import { ContinuoError } from '../errors.js';
import { findSignature, printable } from './byte-reader.js';

/** How ticks of a file count: in quarter notes, or (SMPTE) in seconds whatever the tempo says. */
export type Division = { readonly ticksPerBeat: number } | { readonly ticksPerSecond: number };

/** A Standard MIDI File cut into its tracks, before any event is read. */
export interface SmfChunks {
  /** 0, 1 or 2 by the standard; other numbers are kept as found. */
  readonly format: number;
  readonly division: Division;
  /** Views into the file, never longer than it. */
  readonly tracks: readonly Uint8Array[];
  /** What was damaged and how it was read, one sentence each. */
  readonly remarks: readonly string[];
}

/** How far into a file a header is looked for: behind a byte order mark (3) or a MacBinary header (128). */
const headerSearchBytes = 256;
const framesPerSecond: Readonly<Record<number, number>> = { 24: 24, 25: 25, 29: 30000 / 1001, 30: 30 };

/**
 * Finds header and tracks, whatever stands before, between and after them. The number of tracks is what the file
 * holds, not what it declares; unknown chunks are skipped; a length past the end of the file is cut to it.
 * @throws ContinuoError badMidiFile when there is no usable header.
 */
export function scanChunks(file: Uint8Array): SmfChunks {
  if (file.length === 0) throw new ContinuoError('badMidiFile', 'The file is empty (0 bytes).');
  const remarks: string[] = [];
  const bytes = unwrap(file, remarks);
  if (bytes.length < 14) {
    throw new ContinuoError('badMidiFile', `The MIDI header is cut short: ${bytes.length} bytes instead of 14.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = view.getUint32(4);
  if (headerLength < 6) {
    throw new ContinuoError('badMidiFile', `The MIDI header says it is ${headerLength} bytes long; it needs 6.`);
  }
  const format = view.getUint16(8);
  const declared = view.getUint16(10);
  const division = readDivision(view.getUint16(12));
  const firstChunk = 8 + headerLength <= bytes.length ? 8 + headerLength : 14;
  const tracks = findTracks(bytes, firstChunk, remarks);
  if (tracks.length !== declared) {
    remarks.push(`The header declares ${declared} tracks; ${tracks.length} are there and were read.`);
  }
  if (format === 2 && tracks.length > 1) {
    remarks.push('Format 2: the tracks are patterns independent of each other, not parts that sound together.');
  }
  return { format, division, tracks, remarks };
}

function unwrap(file: Uint8Array, remarks: string[]): Uint8Array {
  if (printable(file.subarray(0, 4)) === 'RIFF' && printable(file.subarray(8, 12)) === 'RMID') {
    const start = findSignature(file, 'MThd', 12);
    if (start >= 0) return file.subarray(start);
  }
  const start = findSignature(file, 'MThd', 0, Math.min(file.length, headerSearchBytes + 4));
  if (start < 0) {
    const beginning = printable(file.subarray(0, 12));
    throw new ContinuoError('badMidiFile', `This is not a MIDI file: no MThd header, it begins with "${beginning}".`);
  }
  if (start > 0) remarks.push(`${start} bytes before the MIDI header were skipped.`);
  return file.subarray(start);
}

function readDivision(division: number): Division {
  if (division === 0) {
    throw new ContinuoError('badMidiFile', 'The MIDI header says 0 ticks a beat, so no time can be read from it.');
  }
  if (division < 0x8000) return { ticksPerBeat: division };
  const frames = 256 - (division >> 8);
  const ticksPerFrame = division & 0xff;
  const rate = framesPerSecond[frames];
  if (rate === undefined || ticksPerFrame === 0) {
    throw new ContinuoError(
      'badMidiFile',
      `The MIDI header asks for SMPTE time with ${frames} frames a second and ${ticksPerFrame} ticks a frame; ` +
        'only 24, 25, 29.97 and 30 frames exist, with 1 tick or more.',
    );
  }
  return { ticksPerSecond: rate * ticksPerFrame };
}

function findTracks(bytes: Uint8Array, firstChunk: number, remarks: string[]): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tracks: Uint8Array[] = [];
  let at = firstChunk;
  while (at + 8 <= bytes.length) {
    const name = printable(bytes.subarray(at, at + 4));
    const end = at + 8 + view.getUint32(at + 4);
    if (name === 'MTrk') {
      const stop = end <= bytes.length ? end : endOfOverlongTrack(bytes, at + 8);
      if (stop !== end) remarks.push(`Track ${tracks.length + 1} claims to be longer than the file; it was cut.`);
      tracks.push(bytes.subarray(at + 8, stop));
      at = stop;
    } else if (!name.includes('.') && end <= bytes.length) {
      at = end;
    } else {
      const next = findSignature(bytes, 'MTrk', at + 1);
      remarks.push(`${(next < 0 ? bytes.length : next) - at} bytes that are no MIDI chunk were skipped.`);
      if (next < 0) return tracks;
      at = next;
    }
  }
  if (at < bytes.length) remarks.push('The file ends inside a chunk header; the rest was skipped.');
  return tracks;
}

function endOfOverlongTrack(bytes: Uint8Array, from: number): number {
  const next = findSignature(bytes, 'MTrk', from);
  return next < 0 ? bytes.length : next;
}
