import { drumChannel, type Note } from '../../music/note.js';
import type { ProgramMark } from '../../music/score.js';
import type { Beats } from '../../music/units.js';

/** Puts a deck's own program before the first note on each channel that is not the drums', once. Thread: main. */
export class ForcedProgram {
  private readonly told = new Map<number, { readonly program: number; readonly beat: Beats }>();

  /** The marks that these notes, as played, need before them; none where `program` is -1. */
  before(notes: readonly Note[], program: number): readonly ProgramMark[] {
    if (program < 0) return [];
    const marks = new Map<number, ProgramMark>();
    for (const { beat, channel } of notes) {
      if (channel === drumChannel || this.told.get(channel)?.program === program) continue;
      if (beat < (marks.get(channel)?.beat ?? Infinity)) marks.set(channel, { beat, channel, program });
    }
    for (const mark of marks.values()) this.told.set(mark.channel, mark);
    return [...marks.values()];
  }

  /** What was queued for `beat` or later has been taken back. */
  takenBack(beat: Beats): void {
    for (const [channel, mark] of this.told) if (mark.beat >= beat) this.told.delete(channel);
  }

  /** Whoever listens may not have heard. */
  forget(): void {
    this.told.clear();
  }
}
