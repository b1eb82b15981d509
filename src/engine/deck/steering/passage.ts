import { drumChannel, type Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';
import type { Recollection } from './recollection.js';

/** Music of the plan from a beat on, whatever that is by then. */
export interface Recalled {
  readonly sourceBeat: Beats;
  /** What is kept of it, should the plan forget it. */
  readonly memory: Recollection;
}

/** Music that is decided before a composer comes there, in session beats. Its notes are given, or they are those of the plan. */
export interface Passage {
  readonly fromBeat: Beats;
  /** Exclusive. */
  readonly untilBeat: Beats;
  readonly music: { readonly notes: readonly Note[] } | Recalled;
  /** `whole`: nothing else plays; `added`: it is written around; `outline`: so is what carries it. */
  readonly manner: 'whole' | 'added' | 'outline';
  /** What comes before it is to lead into it. Default: it comes as it comes. */
  readonly isLedInto?: boolean;
}

/** A passage with its notes, sorted, at their beats. */
export interface ForcedMusic {
  readonly fromBeat: Beats;
  readonly untilBeat: Beats;
  readonly notes: readonly Note[];
  /** Nothing else begins while it lasts. */
  readonly only: boolean;
  /** What comes before it leads into it, and ends where it begins. Default: it comes as it comes. */
  readonly isLedInto?: boolean;
}

const onTheBeat: Beats = 1 / 32;

/** What a passage comes to. `beatsPerBar`: where its bars begin, for an outline. */
export function resolve(passage: Passage, plan: Plan, beatsPerBar: number): ForcedMusic {
  const { fromBeat, untilBeat, manner, isLedInto = false } = passage;
  const notes = 'notes' in passage.music ? passage.music.notes : recalled(passage.music, passage, plan);
  return { fromBeat, untilBeat, notes: manner === 'outline' ? outlineOf(notes, fromBeat, beatsPerBar) : notes, only: manner === 'whole', isLedInto };
}

/** The passage with everything in it moved. */
export function movePassage(passage: Passage, by: Beats): Passage {
  const { fromBeat, untilBeat, music } = passage;
  return {
    ...passage,
    fromBeat: fromBeat + by,
    untilBeat: untilBeat + by,
    music: 'notes' in music ? { notes: music.notes.map((note) => ({ ...note, beat: note.beat + by })) } : { ...music, sourceBeat: music.sourceBeat + by },
  };
}

/**
 * What carries some music: of the pitched notes on each beat the highest, and on the first beat of each bar the lowest too.
 * @param fromBeat a beat on which a bar begins
 */
export function outlineOf(notes: readonly Note[], fromBeat: Beats, beatsPerBar: number): readonly Note[] {
  const byBeat = new Map<number, Note[]>();
  for (const note of notes) {
    const beat = Math.round(note.beat - fromBeat);
    if (note.channel === drumChannel || Math.abs(note.beat - fromBeat - beat) > onTheBeat) continue;
    byBeat.set(beat, [...(byBeat.get(beat) ?? []), note]);
  }
  return [...byBeat].flatMap(([beat, together]) => {
    const sorted = [...together].sort((a, b) => a.pitch - b.pitch);
    const top = sorted[sorted.length - 1];
    return beat % beatsPerBar === 0 && sorted.length > 1 ? [sorted[0], top] : [top];
  });
}

function recalled({ sourceBeat, memory }: Recalled, { fromBeat, untilBeat }: Passage, plan: Plan): readonly Note[] {
  return memory.notes(plan, sourceBeat, untilBeat - fromBeat).map((note) => ({ ...note, beat: note.beat + fromBeat }));
}
