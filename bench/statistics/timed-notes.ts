import { parseMidi, type MidiData } from 'midi-file';
import { ContinuoError } from '../../src/engine/errors.js';

/** A note of a file as it stands there, with its time by the file's tempos. */
export interface TimedNote {
  readonly startTick: number;
  readonly endTick: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly pitch: number;
  readonly velocity: number;
  readonly channel: number;
  readonly program: number;
  readonly track: number;
}

/** Notes in order of onset, then pitch. `ticksPerBeat` is 0 where the file counts frames of a film. */
export interface TimedNotes {
  readonly notes: readonly TimedNote[];
  readonly ticksPerBeat: number;
}

type TickedNote = Omit<TimedNote, 'startSeconds' | 'endSeconds'>;

const usualMicrosPerBeat = 500_000;
const usualFramesPerSecond = 25;
const usualTicksPerFrame = 40;

/**
 * The notes of a MIDI file. An off ends the oldest note of its track, channel and pitch; a note without one ends with its
 * track. Tempos of all tracks count.
 * @throws ContinuoError badMidiFile when the bytes hold no MIDI file.
 */
export function readTimedNotes(file: Uint8Array): TimedNotes {
  const midi = parse(file);
  const ticksPerBeat = midi.header.ticksPerBeat ?? 0;
  const seconds = ticksPerBeat > 0 ? secondsByTempo(midi, ticksPerBeat) : secondsByFrames(midi);
  const notes = midi.tracks
    .flatMap(notesOfTrack)
    .map((note) => ({ ...note, startSeconds: seconds(note.startTick), endSeconds: seconds(note.endTick) }))
    .sort((a, b) => a.startTick - b.startTick || a.pitch - b.pitch);
  return { notes, ticksPerBeat };
}

function parse(file: Uint8Array): MidiData {
  try {
    return parseMidi(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badMidiFile', `These bytes are no MIDI file (${reason}); give a .mid file.`, { cause });
  }
}

function notesOfTrack(events: MidiData['tracks'][number], track: number): TickedNote[] {
  const programs = new Array<number>(16).fill(0);
  const notes: TickedNote[] = [];
  const sounding = new Map<number, number[]>();
  let tick = 0;
  for (const event of events) {
    tick += event.deltaTime;
    if (event.type === 'programChange') programs[event.channel] = event.programNumber;
    if (event.type !== 'noteOn' && event.type !== 'noteOff') continue;
    const { channel, noteNumber: pitch, velocity } = event;
    const key = channel * 128 + pitch;
    const waiting = sounding.get(key) ?? [];
    sounding.set(key, waiting);
    if (event.type === 'noteOn') {
      waiting.push(notes.length);
      notes.push({ startTick: tick, endTick: -1, pitch, velocity, channel, program: programs[channel], track });
    } else {
      const index = waiting.shift();
      if (index !== undefined) notes[index] = { ...notes[index], endTick: tick };
    }
  }
  return notes.map((note) => (note.endTick < 0 ? { ...note, endTick: tick } : note));
}

function secondsByFrames({ header }: MidiData): (tick: number) => number {
  const ticksPerSecond = (header.framesPerSecond ?? usualFramesPerSecond) * (header.ticksPerFrame ?? usualTicksPerFrame);
  return (tick) => tick / ticksPerSecond;
}

function secondsByTempo({ tracks }: MidiData, ticksPerBeat: number): (tick: number) => number {
  const marks = [{ tick: 0, seconds: 0, microsPerBeat: usualMicrosPerBeat }];
  for (const { tick, microsPerBeat } of tracks.flatMap(temposOfTrack).sort((a, b) => a.tick - b.tick)) {
    const last = marks[marks.length - 1];
    if (tick === last.tick) marks[marks.length - 1] = { ...last, microsPerBeat };
    else marks.push({ tick, seconds: secondsAt(last, tick, ticksPerBeat), microsPerBeat });
  }
  return (tick) => {
    let low = 0;
    let high = marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (marks[middle].tick <= tick) low = middle;
      else high = middle - 1;
    }
    return secondsAt(marks[low], tick, ticksPerBeat);
  };
}

function secondsAt(mark: { tick: number; seconds: number; microsPerBeat: number }, tick: number, ticksPerBeat: number): number {
  return mark.seconds + ((tick - mark.tick) * mark.microsPerBeat) / 1e6 / ticksPerBeat;
}

function temposOfTrack(events: MidiData['tracks'][number]): { tick: number; microsPerBeat: number }[] {
  let tick = 0;
  return events.flatMap((event) => {
    tick += event.deltaTime;
    return event.type === 'setTempo' ? [{ tick, microsPerBeat: event.microsecondsPerBeat || usualMicrosPerBeat }] : [];
  });
}
