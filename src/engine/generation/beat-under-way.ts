import type { IncrementalDecoder } from '../contracts/tokenizer.js';
import { endBeat, type Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { Floor } from './composing-rules.js';
import type { PromptWriter } from './prompt-writer.js';

const nothing: readonly Note[] = [];

/**
 * The beat in which music goes on, where a format tells beats as a whole: what was played in it is not told in the prompt, for
 * nothing below it could follow, but written round. Of other formats the prompt tells all of it. Thread: the inference worker.
 */
export class BeatUnderWay {
  private known: (Floor & { readonly fromBeat: Beats | undefined }) | undefined;

  constructor(private readonly writer: Pick<PromptWriter, 'playable'>) {}

  /** The same object for as long as it says the same. `lastOnset`: the last that the stream tells; `past` as in {@link PromptWriter.write}. */
  floorAt(beat: Beats, { onsetsUntilBeat: fromBeat }: IncrementalDecoder, lastOnset: Beats, past: () => Score): Floor {
    if (this.known?.beat !== beat || this.known.fromBeat !== fromBeat) {
      const played = fromBeat === undefined ? nothing : this.playedFrom(fromBeat, beat, past());
      const last = played.reduce((latest, note) => Math.max(latest, note.beat), lastOnset);
      this.known = { beat, fromBeat, played, silence: fromBeat === undefined ? 0 : Math.max(0, beat - last) };
    }
    return this.known;
  }

  /** What was played is another now. */
  forget(): void {
    this.known = undefined;
  }

  /** With what ends where the beat begins: it is not to be held on. */
  private playedFrom(fromBeat: Beats, untilBeat: Beats, { notes }: Score): readonly Note[] {
    return this.writer.playable(notes.filter((note) => note.beat < untilBeat && endBeat(note) > fromBeat - sameBeat));
  }
}
