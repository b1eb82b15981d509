import tonejs, { type Midi } from '@tonejs/midi';
import { compareNotes } from '../music/note.js';
import type { KeyMark, Score } from '../music/score.js';
import type { TickScore } from '../music/tick-score.js';
import { maximumBpm, minimumBpm } from '../music/units.js';
import { readMidiFile } from './read-midi-file.js';
import { ticksToScore } from './score-ticks.js';
import { writeTickScore } from './write-tick-score.js';

/** The keys of Midi's header in order of sharps, from seven flats. */
const keyNames = ['Cb', 'Gb', 'Db', 'Ab', 'Eb', 'Bb', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F#', 'C#'];

/** Pieces of this size keep the reading of a long track linear. */
const maximumNotesOfTrack = 1000;

/**
 * A MIDI file as notes in beats, to prime a composer with. The patterns of a format 2 file follow each other.
 * @throws ContinuoError badMidiFile when the bytes hold no readable MIDI file.
 */
export function readPrompt(file: Uint8Array): Score {
  const { score } = readMidiFile(file, { patternsInSequence: true });
  const { programs, controls } = ticksToScore(score);
  const midi = new tonejs.Midi(writeTickScore(inSingleChannelTracks(score)));
  const { header } = midi;
  const toBeat = (ticks: number): number => ticks / header.ppq;
  return {
    notes: notesOf(midi).sort(compareNotes),
    programs,
    controls,
    tempos: header.tempos.map(({ ticks, bpm }) => {
      return { beat: toBeat(ticks), bpm: Math.max(minimumBpm, Math.min(maximumBpm, bpm)) };
    }),
    meters: header.timeSignatures.map(({ ticks, timeSignature: [numerator, denominator] }) => {
      return { beat: toBeat(ticks), numerator, denominator };
    }),
    keys: header.keySignatures.map(({ ticks, key, scale }): KeyMark => {
      return { beat: toBeat(ticks), sharps: keyNames.indexOf(key) - 7, minor: scale === 'minor' };
    }),
  };
}

function notesOf({ header, tracks }: Midi): Score['notes'][number][] {
  return tracks.flatMap(({ channel, notes }) =>
    notes.map(({ ticks, durationTicks, midi: pitch, velocity }) => ({
      beat: ticks / header.ppq,
      duration: Math.max(1, durationTicks) / header.ppq,
      channel,
      pitch,
      velocity: Math.round(velocity * 127),
    })),
  );
}

/**
 * What Midi reads without loss: it gives a track one channel, loses a note that a program change interrupts, and knows
 * neither tempo 0 nor keys past seven sharps; its time grows with the square of a track's notes. Programs and controls
 * do not pass through it.
 */
function inSingleChannelTracks({ ticksPerBeat, tracks }: TickScore): TickScore {
  const frame = tracks.flat().filter((event) => {
    if (event.type === 'tempo') return event.microsPerBeat > 0;
    return event.type === 'meter' ? event.numerator > 0 : event.type === 'key' && Math.abs(event.sharps) <= 7;
  });
  const parts = tracks.flatMap((events) => {
    const notes = events.filter((event) => event.type === 'note').sort((a, b) => a.tick - b.tick);
    const channels = [...new Set(notes.map((note) => note.channel))];
    return channels.flatMap((channel) => inPieces(notes.filter((note) => note.channel === channel)));
  });
  return { ticksPerBeat, tracks: [frame, ...parts] };
}

function inPieces<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / maximumNotesOfTrack);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * maximumNotesOfTrack, (index + 1) * maximumNotesOfTrack),
  );
}
