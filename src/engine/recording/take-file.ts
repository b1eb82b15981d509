import { writeParts, type Marker } from '../midi-file/render.js';
import type { Note } from '../music/note.js';
import { scoreOf, type ControlMark, type MeterMark, type ProgramMark, type Score, type TempoMark } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { phase } from '../time/phase.js';
import { heardPart, settingOf, type TakeLine } from './take-line.js';

/** No note is shorter. */
const shortest: Beats = 1 / 96;

type TakenNote = { -readonly [Key in keyof Note]: Note[Key] };

interface Part {
  readonly notes: TakenNote[];
  readonly programs: ProgramMark[];
  readonly controls: ControlMark[];
}

/**
 * A take as a Standard MIDI File: tempo map, bars and markers, then a track for each deck that played and one for what was
 * heard. It begins with the bar in which the first line is. A note that nothing ended ends with the take, and one that is struck again ends there. Pure.
 */
export function takeFile(lines: readonly TakeLine[], title: string): Uint8Array {
  const origin = firstBar(lines);
  const end = lines.reduce((latest, { beat }) => Math.max(latest, beat), origin) - origin;
  const parts = new Map<number, Part>();
  const partOf = (number: number): Part => {
    const part = parts.get(number) ?? { notes: [], programs: [], controls: [] };
    parts.set(number, part);
    return part;
  };
  const byId = new Map<number, TakenNote>();
  const byKey = new Map<string, TakenNote>();
  const tempos: TempoMark[] = [];
  const meters: MeterMark[] = [];
  const markers: Marker[] = [];
  const begin = ({ on, part, channel, pitch, velocity }: Extract<TakeLine, { on: number }>, beat: Beats): void => {
    const note = { beat, duration: Infinity, channel, pitch, velocity };
    const key = `${part} ${channel} ${pitch}`;
    const former = byKey.get(key);
    // The end of the former would be taken for the end of this one.
    if (former && former.beat <= beat) former.duration = Math.min(former.duration, beat - former.beat);
    byKey.set(key, note);
    byId.set(on, note);
    partOf(part).notes.push(note);
  };
  const inForce = new Map<string, string | number>();
  for (const line of lines) {
    const setting = settingOf(line);
    if (setting && line.again && inForce.get(setting.what) === setting.value) continue;
    if (setting) inForce.set(setting.what, setting.value);
    const beat = Math.max(0, line.beat - origin);
    if ('on' in line) begin(line, beat);
    else if ('off' in line) endAt(byId.get(line.off), beat);
    else if ('program' in line) partOf(line.part).programs.push({ beat, channel: line.channel, program: line.program });
    else if ('controller' in line) partOf(line.part).controls.push({ beat, channel: line.channel, controller: line.controller, value: line.value });
    else if ('bpm' in line) tempos.push({ beat, bpm: line.bpm });
    else if ('beatsPerBar' in line) meters.push({ beat, numerator: line.beatsPerBar, denominator: 4 });
    else markers.push({ beat, text: line.marker });
  }
  for (const note of byId.values()) endAt(note, end);
  const frame: Score = { ...scoreOf([], {}), tempos, meters };
  const named = [...parts].sort(([a], [b]) => a - b).map(([number, { notes, ...marks }]) => ({
    name: number === heardPart ? 'Heard' : `Deck ${number}`,
    score: scoreOf(notes.filter(({ duration }) => duration > 0), marks),
  }));
  return writeParts({ title, frame, parts: named, markers });
}

/** A note that was ended sooner stays so. */
function endAt(note: TakenNote | undefined, beat: Beats): void {
  if (note) note.duration = Math.min(note.duration, Math.max(shortest, beat - note.beat));
}

/** The bar line before the first line: what is older has been let go. */
function firstBar(lines: readonly TakeLine[]): Beats {
  const first = lines.reduce((earliest, { beat }) => Math.min(earliest, beat), lines[0]?.beat ?? 0);
  const meter = lines.find((line) => 'beatsPerBar' in line);
  if (!meter) return first - phase(first, 4);
  return first - phase(first - meter.beat, meter.beatsPerBar);
}
