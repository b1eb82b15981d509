import pc from 'picocolors';
import { colourOf } from './colours.js';

export interface DeckView {
  readonly number: number;
  readonly pack: string;
  readonly state: string;
  readonly speed: number;
  readonly aheadBeats: number;
  /** ISR: share of the last sixteenths that had music when they were due. */
  readonly inTime: number;
  readonly temperature: number;
  readonly muted: boolean;
  readonly solo: boolean;
  /** What of its shaping is not as written, e.g. `+7 semitones`. */
  readonly shaping: readonly string[];
  /** What a swap is doing, e.g. `perlin at bar 12`. */
  readonly swap: string;
  /** Whether the keys are for it. */
  readonly chosen: boolean;
}

/** A line for each deck: one alone in words, several in columns. */
export function deckLines(decks: readonly DeckView[]): string[] {
  if (decks.length === 1) return [lineOfOne(decks[0])];
  const packWidth = Math.max(...decks.map(({ pack }) => nameOf(pack).length));
  return decks.map((deck) => lineOfMany(deck, packWidth));
}

function lineOfOne(deck: DeckView): string {
  const speed = deck.speed > 0 ? `${deck.speed.toFixed(1)}x real time` : '';
  const ahead = `${Math.max(0, deck.aheadBeats).toFixed(1)} beats ahead`;
  return [
    `deck ${deck.number}`, pc.bold(nameOf(deck.pack)), deck.state, ...news(deck), speed, inTimeWords(deck.inTime), ahead, `temperature ${deck.temperature.toFixed(2)}`, deck.shaping.join(', '),
  ].filter(Boolean).join('   ');
}

function lineOfMany(deck: DeckView, packWidth: number): string {
  const colour = colourOf(deck.number - 1);
  const speed = deck.speed > 0 ? `${deck.speed.toFixed(1)}x` : '';
  const ahead = `${Math.max(0, deck.aheadBeats).toFixed(1)} ahead`;
  return [
    `${deck.chosen ? pc.bold('▸') : ' '}${colour(String(deck.number))} ${pc.bold(nameOf(deck.pack).padEnd(packWidth))}`,
    deck.state.padEnd('listening'.length), speed.padStart('1000.0x'.length), ahead.padStart('10.0 ahead'.length), inTimeWords(deck.inTime), ...news(deck), deck.shaping.join(', '),
  ].filter(Boolean).join('  ');
}

/** What must be seen on a narrow window, too. */
function news({ muted, solo, swap }: DeckView): string[] {
  return [muted ? pc.red('muted') : '', solo ? pc.green('solo') : '', swap && pc.yellow(swap)];
}

function nameOf(pack: string): string {
  return pack || '(empty)';
}

/** Nothing while all is well; never 100 % where something is missing. */
function inTimeWords(share: number): string {
  return share < 1 ? pc.red(`in time ${(Math.floor(share * 1000) / 10).toFixed(1)} %`) : '';
}
