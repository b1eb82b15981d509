import { IdList } from '../id-list.js';
import { drumProgram } from '../symbols.js';
import type { MiditokFormat } from './format.js';
import { ticksPerBar, ticksPerBeat, valueAt } from './grid.js';
import { firstMeter, lengthsAt, type PreparedScore } from './prepare.js';
import type { GridNote, ProgramTrack } from './score-tracks.js';

type Written =
  | { readonly type: 'meter'; readonly time: number; readonly name: string; readonly numerator: number; readonly denominator: number }
  | { readonly type: 'tempo'; readonly time: number; readonly name: string }
  | { readonly type: 'program'; readonly time: number; readonly name: string }
  | {
      readonly type: 'note';
      readonly time: number;
      readonly end: number;
      readonly names: readonly string[];
      /** The program it belongs to, whether its names say it or not. */
      readonly program: string;
    };

/**
 * Base ids of a piece on the grid: one stream (REMI), or a stream for each track between Track_Start and Track_End, one
 * after another (MMM). At one time meters come first, then tempos, then notes track by track.
 */
export function writeTokens(score: PreparedScore, format: MiditokFormat): Int32Array {
  const ids = new IdList();
  const frame: Written[] = [
    ...(format.config.use_time_signatures ? score.meters : []).map(({ time, numerator, denominator }): Written => {
      return { type: 'meter', time, name: `TimeSig_${numerator}/${denominator}`, numerator, denominator };
    }),
    ...score.tempos.map(({ time, tempo }): Written => ({ type: 'tempo', time, name: `Tempo_${format.tempoNames[tempo]}` })),
  ];
  const writer = new StreamWriter(score, format, ids);
  if (format.form === 'REMI') {
    const notes = score.tracks.flatMap((track) => notesOf(track, score, format));
    const events = [...frame, ...notes].sort((a, b) => a.time - b.time);
    writer.write(format.config.program_changes ? withProgramChanges(events) : events);
    return ids.toArray();
  }
  const parts = score.tracks.length === 0 ? [undefined] : score.tracks;
  for (const track of parts) {
    writer.push('Track_Start');
    if (track !== undefined) writer.push(programName(track.program));
    const notes = track === undefined ? [] : notesOf(track, score, format);
    writer.write([...frame, ...notes].sort((a, b) => a.time - b.time));
    writer.push('Track_End');
  }
  return ids.toArray();
}

function programName(program: number): string {
  return `Program_${program === drumProgram ? -1 : program}`;
}

function notesOf(track: ProgramTrack, score: PreparedScore, format: MiditokFormat): Written[] {
  const { config, durations } = format;
  const program = programName(track.program);
  const saysProgram = format.form === 'REMI' && !config.program_changes;
  const pitchType = track.program === drumProgram && config.use_pitchdrum_tokens ? 'PitchDrum' : 'Pitch';
  return track.notes.map((note: GridNote) => {
    const { time, duration, pitch, velocity } = note;
    const length = durations[lengthsAt(valueAt(score.beats, time), format).lastIndexOf(duration)].name;
    const said = [`${pitchType}_${pitch}`, `Velocity_${velocity}`, `Duration_${length}`];
    return { type: 'note', time, end: time + duration, names: saysProgram ? [program, ...said] : said, program };
  });
}

function withProgramChanges(events: readonly Written[]): Written[] {
  let current: string | undefined;
  return events.flatMap((event): Written[] => {
    if (event.type !== 'note') return [event];
    if (event.program === current) return [event];
    current = event.program;
    return [{ type: 'program', time: event.time, name: current }, event];
  });
}

/** Puts bars and positions between events in time. */
class StreamWriter {
  constructor(
    private readonly score: PreparedScore,
    private readonly format: MiditokFormat,
    private readonly ids: IdList,
  ) {}

  push(name: string): void {
    const id = this.format.ids.get(name);
    // What a file's own vocabulary lacks cannot be said.
    if (id !== undefined) this.ids.push(id);
  }

  write(events: readonly Written[]): void {
    const { ticksPerQuarter } = this.score;
    const { positionsPerBeat, hasBarEnds, config } = this.format;
    let meter: { numerator: number; denominator: number } = firstMeter(this.score);
    let bar = -1;
    let meterBar = 0;
    let meterTick = 0;
    let barTick = 0;
    let previous = -1;
    let lastEnd = 0;
    const addBars = (until: number, isMeter: boolean): void => {
      const length = ticksPerBar(meter, ticksPerQuarter);
      const count = meterBar + Math.floor((until - meterTick) / length) - bar;
      for (let index = 0; index < count; index += 1) {
        bar += 1;
        barTick = meterTick + (bar - meterBar) * length;
        if (hasBarEnds && bar > 0) this.push('Bar_End');
        this.push('Bar_None');
        if (config.use_time_signatures && !(isMeter && index + 1 === count)) {
          this.push(`TimeSig_${meter.numerator}/${meter.denominator}`);
        }
      }
    };
    for (const event of events) {
      if (event.time !== previous) {
        addBars(event.time, event.type === 'meter');
        if (event.type !== 'meter') {
          const step = Math.floor(ticksPerBeat(meter, ticksPerQuarter) / positionsPerBeat);
          this.push(`Position_${Math.floor((event.time - barTick) / step)}`);
        }
        previous = event.time;
      }
      if (event.type === 'meter') {
        meterBar += Math.floor((event.time - meterTick) / ticksPerBar(meter, ticksPerQuarter));
        meterTick = event.time;
        meter = event;
        previous -= 1;
      }
      if (event.type === 'note') for (const name of event.names) this.push(name);
      else this.push(event.name);
      lastEnd = Math.max(lastEnd, event.type === 'note' ? event.end : event.time);
    }
    if (config.additional_params.add_trailing_bars && lastEnd > previous) addBars(lastEnd, events.at(-1)?.type === 'meter');
  }
}

