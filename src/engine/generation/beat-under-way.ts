import type { AllowedTokens, DecodedEvent, IncrementalDecoder } from '../contracts/tokenizer.js';
import { endBeat, type Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { Floor } from './composing-rules.js';
import type { PromptWriter } from './prompt-writer.js';

const nothing: readonly Note[] = [];
/** Formats round: what was played this little before the music goes on is told so much before it, not as if it came with it. */
const nearBeats: Beats = 1 / 32;

/** The stream, where a key may come next. */
export interface RoundStream {
  /** The ids that may follow. `isHeld`: those alone that lead to nothing before the floor. */
  allow(isHeld: boolean): AllowedTokens;
  /** One of the ids allowed last. */
  draw(): Promise<number>;
  accept(id: number): readonly DecodedEvent[];
  /** Whether it is said next when the key is struck. */
  isSayingWhen(): boolean;
  /** All that was accepted since here. */
  takeBack(): void;
}

/**
 * The beat in which music goes on, where a format tells beats as a whole, key by key. What was played in it is not told in the
 * prompt, for nothing below it could follow, but forced, and the rest is written round it. Of other formats the prompt tells all.
 * Thread: the inference worker.
 */
export class BeatUnderWay {
  private known: (Floor & { readonly fromBeat: Beats | undefined }) | undefined;
  /** The highest key that was refused. */
  private refused = -1;

  constructor(private readonly writer: Pick<PromptWriter, 'playable'>) {}

  /** The same object for as long as it says the same. `lastOnset`: the last that the stream tells; `past` as in {@link PromptWriter.write}. */
  floorAt(beat: Beats, { onsetsUntilBeat: fromBeat }: IncrementalDecoder, lastOnset: Beats, past: () => Score): Floor {
    if (this.known?.beat !== beat || this.known.fromBeat !== fromBeat) {
      const played = fromBeat === undefined ? nothing : this.playedFrom(fromBeat, beat, past());
      const last = played.reduce((latest, note) => Math.max(latest, note.beat), lastOnset);
      if (this.known) this.refused = -1;
      this.known = { beat, fromBeat, played, silence: fromBeat === undefined ? 0 : Math.max(0, beat - last) };
    }
    return this.known;
  }

  /**
   * A key, and when it is struck, which is said after it and freely: held to the floor, what belongs on the beat would come a little
   * after the floor. What would come before the floor is taken back with its key, which the beat then has not; where no other key
   * may follow, it is held to the floor.
   */
  async write(stream: RoundStream): Promise<readonly DecodedEvent[]> {
    const isHeld = !leaveAbove(this.refused, stream.allow(true));
    const key = await stream.draw();
    const events = [...stream.accept(key)];
    while (stream.isSayingWhen()) {
      stream.allow(isHeld);
      const id = await stream.draw();
      if (!stream.allow(true).has(id)) {
        stream.takeBack();
        this.refused = key;
        return [];
      }
      events.push(...stream.accept(id));
    }
    return events;
  }

  /** What was played is another now. */
  forget(): void {
    this.known = undefined;
    this.refused = -1;
  }

  /** With what ends where the beat begins: it is not to be held on. */
  private playedFrom(fromBeat: Beats, untilBeat: Beats, { notes }: Score): readonly Note[] {
    const latest = Math.max(fromBeat, untilBeat - nearBeats);
    const played = notes.filter((note) => note.beat < untilBeat && endBeat(note) > fromBeat - sameBeat);
    return this.writer.playable(played.map((note) => (note.beat > latest ? { ...note, beat: latest } : note)));
  }
}

/** Keys rise with their ids. Where none is left all stay, and it is false. */
function leaveAbove(refused: number, allowed: AllowedTokens): boolean {
  const { ids, count } = allowed;
  const isAnyLeft = ids[count - 1] > refused;
  if (isAnyLeft) allowed.keep((index) => ids[index] > refused);
  return isAnyLeft;
}
