import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import { endBeat } from '../music/note.js';
import { emptyScore, shiftScore, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';

type Music = Pick<Score, 'notes' | 'programs' | 'controls'>;

/** Where a loop takes its music from, in the beats that it is primed with. */
export interface LoopSource {
  from(beat: Beats): Music;
  /** The last program of every channel and the last value of every controller at a beat. */
  inForce(beat: Beats): Pick<Score, 'programs' | 'controls'>;
}

/**
 * Repeats the music that stands before the beat it is primed at, note by note, whatever it is asked for. A note that reaches
 * over the end of the loop ends there; programs and controllers that change within begin again as they began. Once it plays it
 * repeats the same still, whatever past it hears anew, each note where it would be by then. Thread: main. Blocks: no.
 */
export class LoopComposer implements Composer {
  private music: Music = { notes: [], programs: [], controls: [] };
  private startBeat: Beats = 0;
  private position: Beats = 0;
  /** Nothing is written before it. */
  private primedAt: Beats = 0;
  /** By how much the music has moved since it was primed last. */
  private movedBy: Beats = 0;

  /** @param plays whether it has taken over. */
  constructor(
    private readonly lengthBeats: Beats,
    private readonly source: LoopSource,
    private readonly plays: () => boolean,
  ) {}

  async prepare(): Promise<void> {
    // There is nothing to load.
  }

  async prime(_history: Score, atBeat: Beats): Promise<void> {
    if (this.plays()) this.move();
    else this.take(atBeat);
    this.position = this.primedAt = atBeat;
    this.movedBy = 0;
  }

  /** The host jumped and the music moved, so many whole bars: what it is primed at next is counted so. */
  moved(by: Beats): void {
    this.movedBy += by;
  }

  private move(): void {
    this.startBeat += this.movedBy;
    this.music = shiftScore({ ...emptyScore, ...this.music }, this.movedBy);
  }

  private take(atBeat: Beats): void {
    this.startBeat = atBeat;
    const fromBeat = atBeat - this.lengthBeats;
    const within = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] => items.filter(({ beat }) => beat >= fromBeat && beat < atBeat);
    const { notes, programs, controls } = this.source.from(fromBeat);
    const former = this.source.inForce(fromBeat);
    const [changes, turns] = [within(programs), within(controls)];
    this.music = {
      notes: within(notes).map((note) => (endBeat(note) > atBeat ? { ...note, duration: atBeat - note.beat } : note)),
      programs: [...former.programs.filter(({ channel }) => changes.some((each) => each.channel === channel)).map((mark) => ({ ...mark, beat: fromBeat })), ...changes],
      controls: [
        ...former.controls
          .filter(({ channel, controller }) => turns.some((each) => each.channel === channel && each.controller === controller))
          .map((mark) => ({ ...mark, beat: fromBeat })),
        ...turns,
      ],
    };
  }

  async compose(untilBeat: Beats, _controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const fromBeat = this.position;
    if (!stopped()) this.position = Math.max(fromBeat, untilBeat);
    return { fromBeat, untilBeat: this.position, ...this.between(fromBeat, this.position), tokens: 0, micros: 0 };
  }

  async rewind(toBeat: Beats): Promise<void> {
    this.position = Math.max(this.primedAt, Math.min(this.position, toBeat));
  }

  /** Errors: `badValue`, always: a loop has no mind. */
  async keepState(): Promise<Float32Array | undefined> {
    throw new ContinuoError('badValue', 'The deck is frozen and its pack waits: thaw it first.');
  }

  async dispose(): Promise<void> {
    // There is nothing to free.
  }

  private between(fromBeat: Beats, untilBeat: Beats): Music {
    const { lengthBeats, startBeat } = this;
    const spans: Music[] = [];
    for (let round = Math.floor((fromBeat - startBeat) / lengthBeats); startBeat + round * lengthBeats < untilBeat; round += 1) {
      spans.push(shiftScore({ ...emptyScore, ...this.music }, (round + 1) * lengthBeats));
    }
    const due = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] => items.filter(({ beat }) => beat >= fromBeat && beat < untilBeat);
    return {
      notes: due(spans.flatMap(({ notes }) => notes)),
      programs: due(spans.flatMap(({ programs }) => programs)),
      controls: due(spans.flatMap(({ controls }) => controls)),
    };
  }
}
