import { drumProgram } from '../symbols.js';
import type { MiditokFormat } from './format.js';
import { valueAt, type MeterChange } from './grid.js';
import type { LengthTable, LengthTables } from './length-table.js';
import { firstMeter, type PreparedScore, type TempoChange } from './prepare.js';
import type { ProgramTrack } from './score-tracks.js';
import { StreamWriter, type TokenSink } from './stream-writer.js';
import { TokenIds } from './token-ids.js';

type FrameEvent = MeterChange | TempoChange;

/**
 * Base ids of a piece on the grid: one stream (REMI), or a stream for each track between Track_Start and Track_End, one
 * after another (MMM). At one time meters come first, then tempos, then notes track by track.
 */
export function writeTokens(score: PreparedScore, format: MiditokFormat, lengths: LengthTables, sink: TokenSink): void {
  const ids = new TokenIds(format);
  const frame: FrameEvent[] = [...(format.config.use_time_signatures ? score.meters : []), ...score.tempos];
  frame.sort((a, b) => a.time - b.time);
  const write = (tracks: readonly ProgramTrack[], before: readonly number[], after: readonly number[]): void => {
    const writer = new StreamWriter(format, ids, score.ticksPerQuarter, firstMeter(score), sink);
    const notes = new NoteWriter(writer, ids, format);
    before.forEach((id) => writer.push(id));
    merge(frame, tracks, {
      frame: (event) => writeFrameEvent(event, writer, ids),
      notes: (track, from, to) => notes.write(track, from, to, lengths.at(valueAt(score.beats, track.notes.times[from]))),
    });
    writer.finish();
    after.forEach((id) => writer.push(id));
  };
  if (format.form === 'REMI') write(score.tracks, [], []);
  else if (score.tracks.length === 0) write([], [ids.trackStart], [ids.trackEnd]);
  else for (const track of score.tracks) write([track], [ids.trackStart, ids.programs[track.program]], [ids.trackEnd]);
}

function writeFrameEvent(event: FrameEvent, writer: StreamWriter, ids: TokenIds): void {
  if ('numerator' in event) {
    writer.writeMeter(event);
    return;
  }
  writer.place(event.time);
  writer.push(ids.tempos[event.tempo]);
}

interface Visitor {
  frame(event: FrameEvent): void;
  /** Notes from .. to-1 of a track, all at one time. */
  notes(track: ProgramTrack, from: number, to: number): void;
}

/** Visits everything in order of time; at one time what is of the frame, then track by track. All of it is in order already. */
function merge(frame: readonly FrameEvent[], tracks: readonly ProgramTrack[], visitor: Visitor): void {
  const places = new Uint32Array(tracks.length);
  let nextOfFrame = 0;
  for (;;) {
    let time = nextOfFrame < frame.length ? frame[nextOfFrame].time : Infinity;
    for (let part = 0; part < tracks.length; part += 1) {
      const { notes } = tracks[part];
      if (places[part] < notes.length) time = Math.min(time, notes.times[places[part]]);
    }
    if (time === Infinity) return;
    for (; nextOfFrame < frame.length && frame[nextOfFrame].time === time; nextOfFrame += 1) visitor.frame(frame[nextOfFrame]);
    for (let part = 0; part < tracks.length; part += 1) {
      const { notes } = tracks[part];
      const from = places[part];
      let to = from;
      while (to < notes.length && notes.times[to] === time) to += 1;
      if (to > from) visitor.notes(tracks[part], from, to);
      places[part] = to;
    }
  }
}

class NoteWriter {
  private readonly saysEvery: boolean;
  private readonly saysChanges: boolean;
  private program = -1;

  constructor(
    private readonly writer: StreamWriter,
    private readonly ids: TokenIds,
    private readonly format: MiditokFormat,
  ) {
    const { form, config } = format;
    this.saysEvery = form === 'REMI' && !config.program_changes;
    this.saysChanges = form === 'REMI' && config.program_changes;
  }

  /** Notes from .. to-1, all at one time. */
  write({ program, notes }: ProgramTrack, from: number, to: number, lengths: LengthTable): void {
    const { writer, ids, format } = this;
    const isDrumRange = program === drumProgram && format.config.use_pitchdrum_tokens;
    const pitches = isDrumRange ? ids.drumPitches : ids.pitches;
    const time = notes.times[from];
    for (let index = from; index < to; index += 1) {
      const duration = notes.durations[index];
      writer.place(time, false, time + duration);
      if (this.saysEvery || (this.saysChanges && program !== this.program)) writer.push(ids.programs[program]);
      this.program = program;
      writer.push(pitches[notes.pitches[index]]);
      writer.push(ids.velocities[notes.velocities[index]]);
      writer.push(ids.durations[lengths.indexOf(duration)]);
    }
  }
}
