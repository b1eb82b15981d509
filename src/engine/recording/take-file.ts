import { writeParts, type Marker } from '../midi-file/render.js';
import type { Note } from '../music/note.js';
import { scoreOf, type ControlMark, type MeterMark, type ProgramMark, type Score, type TempoMark } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { heardPart, type TakeLine } from './take-line.js';

/** A key or a note that nothing ended is ended with the take. */
const shortest: Beats = 1 / 96;

interface Part {
  readonly notes: Note[];
  readonly programs: ProgramMark[];
  readonly controls: ControlMark[];
}

/**
 * A take as a Standard MIDI File: tempo map, bars and markers, then a track for each deck that played and one for what was
 * heard. It begins with the bar in which the first line is. Pure.
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
  const open = new Map<number, Extract<TakeLine, { on: number }>>();
  const tempos: TempoMark[] = [];
  const meters: MeterMark[] = [];
  const markers: Marker[] = [];
  const close = (id: number, beat: Beats): void => {
    const note = open.get(id);
    if (!note) return;
    open.delete(id);
    const { beat: from, channel, pitch, velocity } = note;
    partOf(note.part).notes.push({ beat: from, duration: Math.max(shortest, beat - from), channel, pitch, velocity });
  };
  for (const line of lines) {
    const beat = Math.max(0, line.beat - origin);
    if ('on' in line) open.set(line.on, { ...line, beat });
    else if ('off' in line) close(line.off, beat);
    else if ('program' in line) partOf(line.part).programs.push({ beat, channel: line.channel, program: line.program });
    else if ('controller' in line) partOf(line.part).controls.push({ beat, channel: line.channel, controller: line.controller, value: line.value });
    else if ('bpm' in line) tempos.push({ beat, bpm: line.bpm });
    else if ('beatsPerBar' in line) meters.push({ beat, numerator: line.beatsPerBar, denominator: 4 });
    else markers.push({ beat, text: line.marker });
  }
  for (const id of [...open.keys()]) close(id, end);
  const frame: Score = { ...scoreOf([], {}), tempos, meters };
  const named = [...parts].sort(([a], [b]) => a - b).map(([number, { notes, ...marks }]) => ({
    name: number === heardPart ? 'Heard' : `Deck ${number}`,
    score: scoreOf(notes, marks),
  }));
  return writeParts({ title, frame, parts: named, markers });
}

/** The bar line before the first line: what is older has been let go. */
function firstBar([first, ...rest]: readonly TakeLine[]): Beats {
  if (!first) return 0;
  const meter = [first, ...rest].find((line) => 'beatsPerBar' in line);
  const beatsPerBar = meter && 'beatsPerBar' in meter ? meter.beatsPerBar : 4;
  return Math.floor(first.beat / beatsPerBar) * beatsPerBar;
}
