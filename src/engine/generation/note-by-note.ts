import type { ComposeControls, Composer, NoteAnswer, NoteQuestion } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';

const spanBeats: Beats = 1;

/** Single notes of any composer: of one that is not asked for them, out of spans of a beat. Thread: the inference worker. */
export class NoteByNote {
  private primedBeat: Beats = 0;

  primed(atBeat: Beats): void {
    this.primedBeat = atBeat;
  }

  async next(composer: Composer, question: NoteQuestion, controls: ComposeControls, awaited: () => boolean): Promise<NoteAnswer> {
    if (composer.nextNote) return composer.nextNote(question, controls, awaited);
    const { fromBeat, untilBeat } = question;
    await composer.rewind(this.primedBeat);
    for (let until = Math.max(this.primedBeat, fromBeat) + spanBeats; ; until += spanBeats) {
      const span = await composer.compose(Math.min(untilBeat, until), controls, awaited);
      const note = span.notes.find(({ beat }) => beat >= fromBeat);
      if (note) return { note };
      if (span.untilBeat >= untilBeat) return {};
      if (awaited()) return { isInterrupted: true };
    }
  }
}
