import { ContinuoError } from '../errors.js';
import type { TickEvent, TickScore } from '../music/tick-score.js';
import { beatTime } from './beat-time.js';
import { scanChunks } from './chunks.js';
import { columnTrack } from './column-track.js';
import { ColumnWriter } from './event-columns.js';
import { readTrack } from './read-track.js';
import { SoundingNotes } from './sounding-notes.js';

export interface MidiFileContents {
  /** 0, 1 or 2, as the header says. The patterns of format 2 are tracks that all start at tick 0: see `remarks`. */
  readonly format: number;
  readonly score: TickScore;
  /** What was damaged or unusual in the file and how it was read, one sentence each. */
  readonly remarks: readonly string[];
}

export interface ReadingOptions {
  /** Put the patterns of a format 2 file one after the other instead of all at tick 0. */
  readonly patternsInSequence: boolean;
}

/**
 * A Standard MIDI File as events in integer ticks, tracks and the order of events kept. Note-ons pair with note-offs
 * first in, first out, by channel and pitch within a track; a note stands where it ends; note-offs of nothing are
 * ignored; notes without an end are closed at the end of their track and stand last. Where notes that begin together end
 * in another order, the notes of the track say in which they began. SMPTE time becomes beats at about 120 BPM.
 *
 * Time and memory grow linearly with the number of bytes. The tracks are arrays to read from whose events lie in columns:
 * an event is made each time it is asked for.
 * @throws ContinuoError badMidiFile when the bytes hold no readable MIDI file.
 */
export function readMidiFile(file: Uint8Array, options: ReadingOptions = { patternsInSequence: false }): MidiFileContents {
  const { format, division, tracks, remarks: frameRemarks } = scanChunks(file);
  const remarks = [...frameRemarks];
  const { ticksPerBeat, microsPerBeat } = beatTime(division);
  const columns = new ColumnWriter();
  const sounding = new SoundingNotes();
  let startTick = 0;
  let eventCount = 0;
  let firstDamage: string | undefined;
  const read = tracks.map((track, index): readonly TickEvent[] => {
    if (index === 0 && microsPerBeat !== undefined) columns.add('tempo', 0, microsPerBeat, 0, 0, 0);
    sounding.clear();
    const { eventCount: events, endTick, damage } = readTrack(track, { keepTempo: microsPerBeat === undefined, startTick }, { columns, sounding });
    eventCount += events;
    if (damage !== undefined) {
      firstDamage ??= `Track ${index + 1} ${damage}`;
      remarks.push(`Track ${index + 1} ${damage}; it was read up to there.`);
    }
    if (format === 2 && options.patternsInSequence) startTick = endTick;
    return columnTrack(columns.finish({ withOrders: !sounding.isInOrder }));
  });
  if (eventCount === 0 && firstDamage !== undefined) {
    throw new ContinuoError('badMidiFile', `${firstDamage}, and nothing else in the file can be read.`);
  }
  if (microsPerBeat !== undefined && read.length > 0) {
    remarks.push('The file counts in SMPTE frames: its times were turned into beats at 120 BPM.');
  }
  return { format, remarks, score: { ticksPerBeat, tracks: read } };
}

/** {@link readMidiFile} for callers that want the music alone. */
export function readTickScore(file: Uint8Array): TickScore {
  return readMidiFile(file).score;
}
