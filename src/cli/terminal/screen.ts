import pc from 'picocolors';
import type { Notice } from '../../engine/contracts/transport.js';
import type { Beats } from '../../engine/music/units.js';
import { deckLines, type DeckView } from './deck-lines.js';
import type { DeckNote } from './note-window.js';
import { drawRoll } from './roll.js';

const fewestRollRows = 4;

export interface ScreenView {
  readonly bpm: number;
  /** The scene that was recalled last; empty: none. */
  readonly scene: string;
  readonly leader: string;
  readonly playing: boolean;
  readonly beat: Beats;
  readonly beatsPerBar: number;
  readonly decks: readonly DeckView[];
  readonly notes: readonly DeckNote[];
  readonly counters: { readonly sent: number; readonly late: number; readonly dropped: number; readonly sounding: number };
  readonly wires: readonly Notice[];
  readonly packs: readonly string[];
  readonly message: string;
  readonly columns: number;
  readonly rows: number;
}

/** The whole screen as lines, each at most `columns` visible characters, fewer than `rows`: it must never scroll. Pure. */
export function drawScreen(view: ScreenView): string[] {
  const { columns, rows } = view;
  const rule = pc.dim('─'.repeat(columns));
  const head = [headLine(view), ...deckLines(view.decks), rule];
  const { sent, late, dropped, sounding } = view.counters;
  const counters = [rule, `sent ${pc.bold(String(sent))}   sounding ${sounding}   late ${warnIf(late)}   dropped ${warnIf(dropped)}`];
  const foot = [
    ...wrap(view.packs.slice(0, 9).map((pack, index) => `${index + 1} ${pack}`), '   ', columns).map((line) => line.replace(/(?<=^| {3})\d/g, pc.bold)),
    ...wrap(keysFor(view), ' · ', columns).map((line) => pc.dim(line)),
    ...wrap(view.message.split(/\s+/), ' ', columns),
  ];
  const room = Math.max(0, rows - 1 - head.length - counters.length - foot.length);
  const wires = wireLines(view.wires, columns, room - fewestRollRows).map((line) => pc.dim(line));
  const roll = drawRoll({ notes: view.notes, colourBy: view.decks.length > 1 ? 'deck' : 'channel', nowBeat: view.beat, columns, rows: room - wires.length });
  return [...head, ...roll, ...counters, ...wires, ...foot].slice(0, rows - 1).map((line) => clip(line, columns));
}

/** As many of the sentences as there is room for, whole: rather what is off than what is open, rather the latest. */
function wireLines(wires: readonly Notice[], columns: number, room: number): string[] {
  const told = wires.map(({ level, sentence }, index) => ({ rank: (level === 'off' ? wires.length : 0) + index, lines: wrap(sentence.split(/\s+/), ' ', columns) }));
  let left = room;
  const fitting = new Set([...told].sort((a, b) => b.rank - a.rank).filter(({ lines }) => (left -= lines.length) >= 0));
  return told.filter((each) => fitting.has(each)).flatMap(({ lines }) => lines);
}

function keysFor({ decks }: ScreenView): string[] {
  const keys = ['1-9 swap at the next bar', decks.length > 1 ? '↑ ↓ deck' : '', 'm mute', 's solo', '+ - decks', 'space start/stop', 't tap', '[ ] nudge', 'p panic', 'q quit'];
  return keys.filter(Boolean);
}

/** Plain words in as many lines as they take; one that is longer than a line has one of its own. */
function wrap(words: readonly string[], between: string, columns: number): string[] {
  const lines = [''];
  for (const word of words) {
    const line = lines[lines.length - 1];
    const longer = line === '' ? word : `${line}${between}${word}`;
    if (longer.length <= columns || line === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function headLine(view: ScreenView): string {
  const bar = Math.floor(view.beat / view.beatsPerBar) + 1;
  const beatInBar = Math.floor(((view.beat % view.beatsPerBar) + view.beatsPerBar) % view.beatsPerBar);
  const dots = Array.from({ length: view.beatsPerBar }, (_unused, index) => (index === beatInBar ? '●' : '○')).join('');
  const state = view.playing ? pc.green('playing') : pc.yellow('stopped');
  return `${pc.bold('continuo')}   ${view.bpm.toFixed(1)} BPM from ${pc.cyan(view.leader || 'nobody')}   bar ${bar} ${dots}   ${state}${view.scene && `   ${view.scene}`}`;
}

function warnIf(count: number): string {
  return count > 0 ? pc.red(String(count)) : String(count);
}

const escape = String.fromCharCode(27);
const ansi = new RegExp(`${escape}\\[[0-9;]*m`, 'y');

/** Cuts a coloured line to `columns` visible characters and closes its colours. */
export function clip(line: string, columns: number): string {
  let out = '';
  let visible = 0;
  for (let index = 0; index < line.length; ) {
    ansi.lastIndex = index;
    const sequence = ansi.exec(line);
    if (sequence) {
      out += sequence[0];
      index += sequence[0].length;
      continue;
    }
    if (visible === columns) {
      index += 1;
      continue;
    }
    out += line[index];
    visible += 1;
    index += 1;
  }
  return out;
}
