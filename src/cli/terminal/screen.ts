import pc from 'picocolors';
import type { Beats } from '../../engine/music/units.js';
import { deckLines, type DeckView } from './deck-lines.js';
import type { DeckNote } from './note-window.js';
import { drawRoll } from './roll.js';

export interface ScreenView {
  readonly bpm: number;
  readonly leader: string;
  readonly playing: boolean;
  readonly beat: Beats;
  readonly beatsPerBar: number;
  readonly decks: readonly DeckView[];
  readonly notes: readonly DeckNote[];
  readonly counters: { readonly sent: number; readonly late: number; readonly dropped: number; readonly sounding: number };
  readonly wires: readonly string[];
  readonly packs: readonly string[];
  readonly message: string;
  readonly columns: number;
  readonly rows: number;
}

/** The whole screen as lines, each at most `columns` visible characters. Pure. */
export function drawScreen(view: ScreenView): string[] {
  const rule = pc.dim('─'.repeat(view.columns));
  const head = [headLine(view), ...deckLines(view.decks), rule];
  const { sent, late, dropped, sounding } = view.counters;
  const foot = [
    rule,
    `sent ${pc.bold(String(sent))}   sounding ${sounding}   late ${warnIf(late)}   dropped ${warnIf(dropped)}`,
    ...view.wires.map((wire) => pc.dim(wire)),
    view.packs.slice(0, 9).map((pack, index) => `${pc.bold(String(index + 1))} ${pack}`).join('   '),
    ...keyLines(view).map((line) => pc.dim(line)),
    view.message,
  ];
  const rollRows = Math.max(4, view.rows - head.length - foot.length - 1);
  const roll = drawRoll({ notes: view.notes, colourBy: view.decks.length > 1 ? 'deck' : 'channel', nowBeat: view.beat, columns: view.columns, rows: rollRows });
  return [...head, ...roll, ...foot].map((line) => clip(line, view.columns));
}

/** What the keys do, in as many lines as that takes. */
function keyLines({ decks, columns }: ScreenView): string[] {
  const keys = ['1-9 swap at the next bar', decks.length > 1 ? '↑ ↓ deck' : '', 'm mute', 's solo', '+ - decks', 'space start/stop', 't tap', '[ ] nudge', 'p panic', 'q quit'];
  const lines = [''];
  for (const key of keys.filter(Boolean)) {
    const line = lines[lines.length - 1];
    const longer = line === '' ? key : `${line} · ${key}`;
    if (longer.length <= columns || line === '') lines[lines.length - 1] = longer;
    else lines.push(key);
  }
  return lines;
}

function headLine(view: ScreenView): string {
  const bar = Math.floor(view.beat / view.beatsPerBar) + 1;
  const beatInBar = Math.floor(((view.beat % view.beatsPerBar) + view.beatsPerBar) % view.beatsPerBar);
  const dots = Array.from({ length: view.beatsPerBar }, (_unused, index) => (index === beatInBar ? '●' : '○')).join('');
  const state = view.playing ? pc.green('playing') : pc.yellow('stopped');
  return `${pc.bold('continuo')}   ${view.bpm.toFixed(1)} BPM from ${pc.cyan(view.leader || 'nobody')}   bar ${bar} ${dots}   ${state}`;
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
