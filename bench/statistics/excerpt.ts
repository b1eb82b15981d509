import type { TimedNotes } from './timed-notes.js';

/** A stretch out of the middle of a piece, from its bar line at about a third on, for bars of four beats. */
export function excerptOf({ notes, ticksPerBeat }: TimedNotes, bars: number): TimedNotes {
  if (notes.length === 0 || ticksPerBeat === 0) return { notes: [], ticksPerBeat };
  const ticksPerBar = ticksPerBeat * 4;
  const last = notes[notes.length - 1].startTick;
  const room = Math.max(0, last - bars * ticksPerBar);
  const from = Math.floor(Math.min(last / 3, room) / ticksPerBar) * ticksPerBar;
  const until = from + bars * ticksPerBar;
  return { notes: notes.filter(({ startTick }) => startTick >= from && startTick < until), ticksPerBeat };
}
