import pc from 'picocolors';
import type { Note } from '../../engine/music/note.js';
import type { Beats } from '../../engine/music/units.js';
import { colourOf } from './colours.js';
import type { DeckNote } from './note-window.js';

/** Sixteenths a beat: one column each. */
const columnsPerBeat = 4;
/** Share of the width that shows what has been. */
const pastShare = 0.6;

export interface RollView {
  readonly notes: readonly DeckNote[];
  /** What is told apart by colours. */
  readonly colourBy: 'deck' | 'channel';
  readonly nowBeat: Beats;
  readonly columns: number;
  readonly rows: number;
}

/**
 * A piano roll in half blocks, now at the bar line, what is still to come pale.
 * Returns exactly `rows` lines of `columns` visible characters.
 */
export function drawRoll(view: RollView): string[] {
  const { columns, rows } = view;
  const nowColumn = Math.floor(columns * pastShare);
  const firstStep = Math.floor(view.nowBeat * columnsPerBeat) - nowColumn;
  const visible = view.notes.filter((note) => {
    const step = Math.floor(note.beat * columnsPerBeat);
    return step < firstStep + columns && Math.ceil((note.beat + note.duration) * columnsPerBeat) > firstStep;
  });
  const { low, span } = pitchWindow(visible, rows * 2);
  const cells = new Int8Array(columns * rows * 2).fill(-1);
  for (const note of visible) {
    const slot = rows * 2 - 1 - Math.floor(((note.pitch - low) * rows * 2) / span);
    const start = Math.floor(note.beat * columnsPerBeat) - firstStep;
    const end = Math.max(start + 1, Math.round((note.beat + note.duration) * columnsPerBeat) - firstStep);
    for (let column = Math.max(0, start); column < Math.min(columns, end); column += 1) cells[slot * columns + column] = view.colourBy === 'deck' ? note.deck - 1 : note.channel;
  }
  return Array.from({ length: rows }, (_unused, row) => {
    let line = '';
    for (let column = 0; column < columns; column += 1) {
      line += cell(cells[row * 2 * columns + column], cells[(row * 2 + 1) * columns + column], column - nowColumn);
    }
    return line;
  });
}

/** The pitches shown: at least one slot each, wide enough for everything in view, middle C in the middle when empty. */
function pitchWindow(notes: readonly Note[], slots: number): { low: number; span: number } {
  if (notes.length === 0) return { low: Math.max(0, 60 - Math.floor(slots / 2)), span: slots };
  let low = 127;
  let high = 0;
  for (const note of notes) {
    low = Math.min(low, note.pitch);
    high = Math.max(high, note.pitch);
  }
  const spare = Math.max(0, slots - (high - low + 1));
  return { low: low - Math.floor(spare / 2), span: Math.max(slots, high - low + 1) };
}

function cell(upper: number, lower: number, fromNow: number): string {
  if (upper < 0 && lower < 0) return fromNow === 0 ? pc.dim('│') : ' ';
  const glyph = upper >= 0 && lower >= 0 ? '█' : upper >= 0 ? '▀' : '▄';
  const coloured = colourOf(Math.max(upper, lower))(glyph);
  return fromNow >= 0 ? pc.dim(coloured) : coloured;
}
