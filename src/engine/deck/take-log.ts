import type { ParameterValue } from '../parameters/parameter.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';

/** What a composer took for its past when it began to write. */
export interface Opening {
  readonly history: Score;
  readonly atBeat: Beats;
}

/** Values of what steers, by the parameters' names. */
export type Knobs = ReadonlyMap<string, ParameterValue>;

/** Knobs that stand otherwise from a beat of the composer on, or a span that began between two beats: what is moved onto a grid hangs on that. */
export interface Turning {
  readonly beat: Beats;
  /** What had been composed from there on was taken back. */
  readonly isAnew: boolean;
  /** Only those that stand otherwise than before; all, for the first. */
  readonly knobs: Knobs;
}

type Former = ReadonlyMap<string, ParameterValue | undefined>;

/** Beats closer together than this are one: the composer's are reckoned from the session's. */
export const sameBeat: Beats = 1e-9;
/** Some days of a performer who never rests, or some hours of one who lets a machine turn a knob with every beat. */
const mostTurnings = 50_000;

/**
 * How the take of a voice began, and which knobs were turned while it was written, each where it is heard. What was taken back is
 * forgotten with it. Bounded: of what comes when it is full nothing is kept. Thread: main.
 */
export class TakeLog {
  private began: Opening | undefined;
  private readonly kept: Turning[] = [];
  /** For each that is kept, where its knobs stood before: taking back costs no more than what is taken back. */
  private readonly former: Former[] = [];
  /** Where the knobs stand after all that is kept. */
  private readonly present = new Map<string, ParameterValue>();
  private written: Beats = 0;

  /** What the voice was primed with last. */
  get opening(): Opening | undefined {
    return this.began;
  }

  /** In order of beat, since the opening. */
  get turnings(): readonly Turning[] {
    return this.kept;
  }

  /** Where the last was composed that was asked for, at least. */
  get writtenFrom(): Beats {
    return this.written;
  }

  /** The voice is primed. */
  begin(opening: Opening): void {
    this.began = opening;
    this.forgetTurnings();
    this.written = opening.atBeat;
  }

  /** The voice is gone. */
  end(): void {
    this.began = undefined;
    this.forgetTurnings();
  }

  /** The voice is asked to compose from `beat` on, with the knobs so. `isAnew`: it had composed further, and that was taken back. */
  composed(beat: Beats, knobs: Knobs, isAnew: boolean): void {
    this.written = beat;
    this.forgetAfter(beat);
    const last = this.kept.at(-1);
    const isHere = last !== undefined && last.beat >= beat - sameBeat;
    const turned = new Map([...knobs].filter(([name, value]) => this.present.get(name) !== value));
    if (turned.size === 0 && last && (isHere || Number.isInteger(beat))) return;
    if (this.kept.length >= mostTurnings) return;
    const former = new Map([...turned.keys()].map((name) => [name, this.present.get(name)]));
    for (const [name, value] of turned) this.present.set(name, value);
    if (isHere) {
      const end = this.kept.length - 1;
      this.kept[end] = { beat: last.beat, isAnew: isAnew || last.isAnew, knobs: new Map([...last.knobs, ...turned]) };
      this.former[end] = new Map([...former, ...this.former[end]]);
    } else {
      this.kept.push({ beat, isAnew, knobs: turned });
      this.former.push(former);
    }
  }

  private forgetAfter(beat: Beats): void {
    const { kept, former, present } = this;
    while (kept.length > 0 && kept[kept.length - 1].beat > beat + sameBeat) {
      kept.pop();
      for (const [name, value] of former.pop() ?? []) {
        if (value === undefined) present.delete(name);
        else present.set(name, value);
      }
    }
  }

  private forgetTurnings(): void {
    this.kept.length = 0;
    this.former.length = 0;
    this.present.clear();
  }
}
