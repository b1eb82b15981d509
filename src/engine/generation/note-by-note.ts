import type { ComposeControls, Composer } from '../contracts/composer.js';
import type { Note } from '../music/note.js';
import type { Beats } from '../music/units.js';

const spanBeats: Beats = 1;

/**
 * Single notes of any composer: of one that cannot write them, out of spans of a beat. After {@link forget} (the composer was
 * primed or rewound) it begins where the composer stands. Thread: the inference worker.
 */
export class NoteByNote {
  private notes: Note[] = [];
  private until: Beats | undefined;

  async next(composer: Composer, untilBeat: Beats, controls: ComposeControls): Promise<Note | undefined> {
    if (composer.nextNote) return composer.nextNote(untilBeat, controls);
    while (this.notes.length === 0 && (this.until ?? -Infinity) < untilBeat) {
      // Where it stands it tells by a span of no length.
      const from: Beats = this.until ?? (await composer.compose(-Infinity, controls, () => false)).untilBeat;
      const span = await composer.compose(Math.min(untilBeat, from + spanBeats), controls, () => false);
      this.until = span.untilBeat;
      this.notes.push(...span.notes);
    }
    return this.notes.shift();
  }

  forget(): void {
    this.notes = [];
    this.until = undefined;
  }
}
