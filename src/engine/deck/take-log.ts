import { isDeepStrictEqual } from 'node:util';
import type { ComposeControls, ComposedSpan } from '../contracts/composer.js';
import type { ParameterValue } from '../parameters/parameter.js';
import type { Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { Passage } from './steering/passage.js';
import type { SectionPlan } from './steering/section-plan.js';
import { TakeMusic, type PlayedMusic } from './take-music.js';

/** What a composer took for its past when it began to write, or to write on. */
export interface Opening {
  readonly history: Score;
  readonly atBeat: Beats;
}

/** Values of what steers, by the parameters' names. */
export type Knobs = ReadonlyMap<string, ParameterValue>;

/** What was forced and planned, in beats of the session, which are those of the composer plus `shift`. */
export interface Forced {
  readonly passages: readonly Passage[];
  readonly sections: SectionPlan | undefined;
  readonly shift: Beats;
}

/** What a voice is asked to compose under. */
export interface Circumstances {
  readonly knobs: Knobs;
  /** Default: nothing. */
  readonly forced?: Forced;
}

/** From a beat of the composer on it was asked otherwise than before. */
export interface Turning {
  readonly beat: Beats;
  /** What had been composed from there on was taken back. */
  readonly isAnew: boolean;
  /** Only those that stand otherwise than before; all, for the first. */
  readonly knobs: Knobs;
  /** All but the forced notes. */
  readonly controls: ComposeControls;
  /** All that were known then; default: there were none. */
  readonly forcedNotes?: readonly Note[];
  readonly forced: Forced;
  /** It heard its past anew there. */
  readonly told?: Opening;
}

/** A state that the composer was given where it stood. */
export interface RecalledState {
  readonly beat: Beats;
  readonly state: Float32Array;
  readonly amount: number;
}

type Former = ReadonlyMap<string, ParameterValue | undefined>;

/** Some days of a performer who never rests, or some hours of one who lets a machine turn a knob with every beat. */
const mostTurnings = 50_000;
/** A past that is heard anew is as large as what is remembered; what hears its past more often begins a new take. */
const mostTold = 256;
const mostRecalls = 64;
const noKnobs: Circumstances = { knobs: new Map() };
const nothingForced: Forced = { passages: [], sections: undefined, shift: 0 };

/**
 * How the take of a voice began, all that it was asked under while it wrote, each where it wrote it, and what was played of it. What
 * was taken back is forgotten with it. Bounded: of what comes when it is full nothing is kept. Beats are the composer's. Thread: main.
 */
export class TakeLog {
  private began: Opening | undefined;
  private readonly kept: Turning[] = [];
  /** For each that is kept, where its knobs stood before: taking back costs no more than what is taken back. */
  private readonly former: Former[] = [];
  /** Where the knobs stand after all that is kept. */
  private readonly present = new Map<string, ParameterValue>();
  private readonly music = new TakeMusic();
  private recalls: readonly RecalledState[] = [];
  private circumstances = noKnobs;
  private written: Beats = 0;
  /** From here on nothing is kept. */
  private full: Beats = Infinity;
  /** What is to be told next is no beginning. */
  private goesOn = false;
  private told: Opening | undefined;
  private timesTold = 0;

  /** What the voice began the take with. */
  get opening(): Opening | undefined {
    return this.began;
  }

  /** In order of beat, since the opening. */
  get turnings(): readonly Turning[] {
    return this.kept;
  }

  /** In order of beat, since the opening. */
  get recalled(): readonly RecalledState[] {
    return this.recalls;
  }

  /** Where the last was composed that was asked for, at least. */
  get writtenFrom(): Beats {
    return this.written;
  }

  /** Up to where it is known what was played. */
  get playedUntil(): Beats {
    return Math.min(this.full, this.music.untilBeat);
  }

  /** What was played, as it stands now. */
  played(): PlayedMusic {
    return this.music.copy();
  }

  /** The voice is going to hear its past anew in the middle of the take: the next {@link primed} is no beginning. */
  hearsAgain(): void {
    this.goesOn = this.began !== undefined && this.timesTold < mostTold;
  }

  /** The voice is primed. */
  primed(opening: Opening): void {
    const { goesOn } = this;
    this.goesOn = false;
    if (goesOn) {
      this.timesTold += 1;
      this.takenBack(opening.atBeat);
      this.told = opening;
      return;
    }
    this.end();
    this.began = opening;
    this.written = opening.atBeat;
    this.music.begin(opening.atBeat);
  }

  /** The voice is gone. */
  end(): void {
    this.began = undefined;
    this.told = undefined;
    this.timesTold = 0;
    this.kept.length = 0;
    this.former.length = 0;
    this.present.clear();
    this.recalls = [];
    this.full = Infinity;
    this.music.begin(0);
  }

  /** What is composed next is composed under these. */
  under(circumstances: Circumstances): void {
    this.circumstances = circumstances;
  }

  /** The voice is asked to compose from `beat` on. `isAnew`: it had composed further, and that was taken back. */
  composed(beat: Beats, controls: ComposeControls, isAnew: boolean): void {
    this.written = beat;
    this.takenBack(beat);
    const { knobs, forced = nothingForced } = this.circumstances;
    const { told } = this;
    this.told = undefined;
    const last = this.kept.at(-1);
    const isHere = last !== undefined && last.beat >= beat - sameBeat;
    const turned = new Map([...knobs].filter(([name, value]) => this.present.get(name) !== value));
    const wanted = askedAgain(controls, beat, last);
    const isAsBefore = wanted.controls === last?.controls && wanted.forcedNotes === last.forcedNotes && turned.size === 0 && isSame(forced, last.forced);
    if (isAsBefore && !told && (isHere || !isAnew)) {
      if (isAnew && !last.isAnew) this.kept[this.kept.length - 1] = { ...last, isAnew };
      return;
    }
    if (this.kept.length >= mostTurnings) {
      this.full = Math.min(this.full, beat);
      return;
    }
    const former = new Map([...turned.keys()].map((name) => [name, this.present.get(name)]));
    for (const [name, value] of turned) this.present.set(name, value);
    const turning = { beat, isAnew, knobs: turned, ...wanted, forced, told };
    if (isHere) {
      const end = this.kept.length - 1;
      this.kept[end] = { ...turning, beat: last.beat, isAnew: isAnew || last.isAnew, told: told ?? last.told, knobs: new Map([...last.knobs, ...turned]) };
      this.former[end] = new Map([...former, ...this.former[end]]);
    } else {
      this.kept.push(turning);
      this.former.push(former);
    }
  }

  /** The composer goes on with a state, from `beat` on. One that was to come later is replaced; what is taken back recalls it again. */
  recall(recalled: RecalledState): void {
    const earlier = this.recalls.filter(({ beat }) => beat < recalled.beat);
    if (earlier.length < mostRecalls) this.recalls = [...earlier, recalled];
  }

  /** What is going to be played of what was composed, in beats of the session; `undefined`: nothing of it. What came from its beginning on is not played. */
  plays(span: ComposedSpan | undefined, shift: Beats): void {
    if (!span || span.fromBeat - shift >= this.full) return;
    if (!this.music.put(span, shift)) this.full = span.fromBeat - shift;
  }

  private takenBack(beat: Beats): void {
    const { kept, former, present } = this;
    if (beat <= this.full) this.full = Infinity;
    while (kept.length > 0 && kept[kept.length - 1].beat > beat + sameBeat) {
      kept.pop();
      for (const [name, value] of former.pop() ?? []) {
        if (value === undefined) present.delete(name);
        else present.set(name, value);
      }
    }
  }
}

function isSame(one: Forced, other: Forced): boolean {
  return one.passages === other.passages && one.sections === other.sections && one.shift === other.shift;
}

/** Controls, and the notes that they force, which are what they were before where they are the same but for what is past. */
function askedAgain({ constraint: { forcedNotes, ...constraint }, ...others }: ComposeControls, beat: Beats, last: Turning | undefined): Pick<Turning, 'controls' | 'forcedNotes'> {
  const controls = { ...others, constraint };
  const before = last?.forcedNotes?.filter((note) => note.beat >= beat);
  return {
    controls: last && isDeepStrictEqual(controls, last.controls) ? last.controls : controls,
    forcedNotes: forcedNotes && before && isDeepStrictEqual(forcedNotes, before) ? last?.forcedNotes : forcedNotes,
  };
}
