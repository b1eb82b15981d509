import type { Note } from '../../music/note.js';
import { sameBeat, type Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';

/** Bars that are looked back upon. */
const bars = 8;
/** Notes closer together than this begin at once: a sixteenth of a beat. */
const ticksPerBeat = 16;
/** What was asked for longer ago than this is in none of these bars, however long they are. */
const remembered: Beats = 2 * bars * 16;
/** A limit of one would forbid every bar there is. */
const leastLimit = 2;

/** What a bar plays, as a text: the same for bars that sound the same but for how loud and how long. */
export function barSignature(notes: readonly Note[], startBeat: Beats): string {
  return notes
    .map((note) => `${Math.round((note.beat - startBeat) * ticksPerBeat)}:${note.channel}:${note.pitch}`)
    .sort()
    .join(' ');
}

/** The bars that may not come once more, where a bar has begun. */
export interface Overdone {
  /** The bar before is one of them: the music goes round in it. */
  readonly isLoop: boolean;
  /** Whether music from the bar's line up to a beat is, so far, one of them: all of it, or while the music goes round as much of it as there is. */
  isRepeated(notes: readonly Note[], untilBeat: Beats): boolean;
}

/** A stretch of beats; the end is exclusive. */
interface Stretch {
  readonly fromBeat: Beats;
  readonly untilBeat: Beats;
}

/** Tells whether the music has come to go round in a bar. Thread: main. */
export class LoopWatch {
  private counted: Beats = -Infinity;
  private told = 0;
  /** Where music was wished for by somebody: it is no loop. In order. */
  private wished: readonly Stretch[] = [];

  constructor(private readonly plan: Plan) {}

  /** Bars that had come too often, so far, when another one began. */
  get count(): number {
    return this.told;
  }

  /** The host jumped, and the music moved. */
  moved(by: Beats): void {
    this.counted = -Infinity;
    this.wished = this.wished.map(({ fromBeat, untilBeat }) => ({ fromBeat: fromBeat + by, untilBeat: untilBeat + by }));
  }

  /** Some music was written anew from its beginning on; these stretches of it were wished for by somebody. */
  wrote({ fromBeat, untilBeat }: Stretch, wished: readonly Stretch[]): void {
    const within = (stretch: Stretch, from: Beats, until: Beats): Stretch => ({ fromBeat: Math.max(stretch.fromBeat, from), untilBeat: Math.min(stretch.untilBeat, until) });
    const all = [...this.wished.map((stretch) => within(stretch, fromBeat - remembered, fromBeat)), ...wished.map((stretch) => within(stretch, fromBeat, untilBeat))];
    this.wished = all.filter((stretch) => stretch.fromBeat < stretch.untilBeat);
  }

  /**
   * Of the eight bars before the one that holds `beat`, those that have come `limit` times or more; `undefined` where there
   * are none. Silence does not count, nor does what was wished for.
   */
  overdoneAt(beat: Beats, beatsPerBar: number, limit: number): Overdone | undefined {
    const start = barLineBefore(beat, beatsPerBar);
    const isWished = ({ beat: at }: Note): boolean => this.wished.some(({ fromBeat, untilBeat }) => at >= fromBeat && at < untilBeat);
    const notes = this.plan.from(start - bars * beatsPerBar).notes.filter((note) => !isWished(note));
    const past = Array.from({ length: bars }, (_unused, index) => {
      const barStart = start - (index + 1) * beatsPerBar;
      return notes.filter((note) => note.beat >= barStart && note.beat < barStart + beatsPerBar).map((note) => ({ ...note, beat: note.beat - barStart }));
    });
    const signatures = past.map((bar) => barSignature(bar, 0));
    const isOverdone = (signature: string): boolean => signature !== '' && signatures.filter((each) => each === signature).length >= Math.max(leastLimit, limit);
    const overdone = past.filter((_bar, index) => isOverdone(signatures[index]));
    if (overdone.length === 0) return undefined;
    const isLoop = isOverdone(signatures[0]);
    if (isLoop && start > this.counted) {
      this.counted = start;
      this.told += 1;
    }
    return {
      isLoop,
      isRepeated: (composed, untilBeat) => {
        const until = untilBeat - start;
        if (!isLoop && until < beatsPerBar) return false;
        const soFar = barSignature(composed.filter((note) => note.beat >= start && note.beat < start + beatsPerBar), start);
        return soFar !== '' && overdone.some((bar) => barSignature(bar.filter((note) => note.beat < until), 0) === soFar);
      },
    };
  }
}

/** The line of the bar that holds a beat. */
export function barLineBefore(beat: Beats, beatsPerBar: number): Beats {
  return Math.floor(beat / beatsPerBar + 1e-9) * beatsPerBar;
}

export function isBarLine(beat: Beats, beatsPerBar: number): boolean {
  return Math.abs(beat / beatsPerBar - Math.round(beat / beatsPerBar)) < sameBeat;
}
