import { barShapes, likeness, type BarShape } from '../../music/bar-shape.js';
import { endBeat, type Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';

/** Bars on either side by which a place is known again. */
const knownBy = 2;
/** The past is looked through so far. */
const mostBars = 128;
/** Pitches say more than onsets: bars of one piece are much alike in these. */
const pitchesWeigh = 2;
/** Below it the music has not been there: of songs in which it had, bars found above it were 0.88 like the missing ones, others 0.52. */
const clearlyAlike = 0.73;

/** Bars that are not written yet, from a bar line on, and the given music after them. */
export interface Between {
  readonly fromBeat: Beats;
  readonly goal: { readonly notes: readonly Note[]; readonly fromBeat: Beats; readonly untilBeat: Beats };
}

/**
 * How the music once went from what it was like before the bars between to what it is like after them: these notes, moved to
 * their place, none longer than to the goal; `undefined` where it was never there, or went there by others' notes alone. A function
 * of the notes alone.
 * @param own those of the past that may come again
 */
export function earlierWay(past: readonly Note[], { fromBeat, goal }: Between, beatsPerBar: number, own = past): readonly Note[] | undefined {
  const between = Math.round((goal.fromBeat - fromBeat) / beatsPerBar);
  const first = past.reduce((least, { beat }) => Math.min(least, beat), fromBeat);
  const count = Math.min(mostBars, Math.floor((fromBeat - first) / beatsPerBar + 1e-6));
  const shapes = barShapes(past, fromBeat - count * beatsPerBar, beatsPerBar, count);
  const before = shapes.slice(-knownBy);
  const after = barShapes(goal.notes, goal.fromBeat, beatsPerBar, Math.min(knownBy, Math.ceil((goal.untilBeat - goal.fromBeat) / beatsPerBar - 1e-6)));
  let best = { bar: 0, worth: 0 };
  for (let bar = knownBy; bar + between + after.length <= count; bar += 1) {
    const worth = (alike(shapes.slice(bar - knownBy, bar), before) + alike(shapes.slice(bar + between, bar + between + after.length), after)) / 2;
    if (worth >= best.worth) best = { bar, worth };
  }
  if (best.worth < clearlyAlike) return undefined;
  const by = (count - best.bar) * beatsPerBar;
  const isBetween = ({ beat }: Note): boolean => beat >= fromBeat - by && beat < goal.fromBeat - by;
  const way = own.filter(isBetween);
  if (way.length === 0 && past.some(isBetween)) return undefined;
  return way.map((note) => ({ ...note, beat: note.beat + by, duration: Math.min(endBeat(note) + by, goal.fromBeat) - note.beat - by }));
}

function alike(one: readonly BarShape[], other: readonly BarShape[]): number {
  const { pitches, onsets } = likeness(one, other);
  return (pitchesWeigh * pitches + onsets) / (pitchesWeigh + 1);
}
