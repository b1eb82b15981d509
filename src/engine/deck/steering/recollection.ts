import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';

/** What has been heard is kept about so often, long before a plan forgets it. */
const keptEvery: Beats = 1;

/**
 * Music of a plan that is to come again: what of it has been heard is kept, for a plan forgets; the rest is what the plan holds by
 * then. It begins where it is told that it does, each time, for the plan moves with the host. Thread: main. Blocks: no.
 */
export class Recollection {
  /** Counted from its beginning. */
  private kept: readonly Note[] = [];
  private keptBeats: Beats = 0;

  /** Keeps what of `sourceBeat` .. `sourceBeat + beats` has been heard by `now`. Call it often. */
  keep(plan: Plan, sourceBeat: Beats, beats: Beats, now: Beats): void {
    const heardBeats = Math.min(beats, now - sourceBeat);
    if (heardBeats < this.keptBeats) this.forgetFrom(heardBeats);
    if (heardBeats - this.keptBeats < keptEvery && !(heardBeats === beats && this.keptBeats < beats)) return;
    this.kept = [...this.kept, ...planned(plan, sourceBeat, this.keptBeats, heardBeats)];
    this.keptBeats = heardBeats;
  }

  /** The notes of its first beats, counted from its beginning. */
  notes(plan: Plan, sourceBeat: Beats, beats: Beats): readonly Note[] {
    if (beats <= this.keptBeats) return this.kept.filter(({ beat }) => beat < beats);
    return [...this.kept, ...planned(plan, sourceBeat, this.keptBeats, beats)];
  }

  /** It is played anew: a take is replayed. */
  private forgetFrom(beats: Beats): void {
    this.keptBeats = Math.max(0, beats);
    this.kept = this.kept.filter(({ beat }) => beat < this.keptBeats);
  }
}

function planned(plan: Plan, sourceBeat: Beats, fromBeats: Beats, untilBeats: Beats): readonly Note[] {
  return plan
    .from(sourceBeat + fromBeats)
    .notes.filter(({ beat }) => beat < sourceBeat + untilBeats)
    .map((note) => ({ ...note, beat: note.beat - sourceBeat }));
}
