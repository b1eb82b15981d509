import type { ComposedSpan } from '../contracts/composer.js';
import { noLink, type LinkFigures } from '../contracts/link-figures.js';
import type { Beats, Micros } from '../music/units.js';
import { AnswerTimes } from './answer-times.js';
import { ComposingSpeed } from './composing-speed.js';
import { paceFor, restFor, ticksPerBeat, type Pace } from './real-time-law.js';

/** Composing slower than this many times real time, a deck has no room left. */
const leastSpeed = 1.1;
/** No answer is asked for further ahead. */
const longestAhead: Beats = 8;

/** What the law is judged by, now. */
export interface SpeedGround {
  readonly pack: string;
  readonly beatMicros: number;
  /** Beats that stand whatever is changed, as the performer has set them. */
  readonly commit: Beats;
}

/**
 * The real-time law for one voice: on average a beat must be composed faster than it is played, and 95 of 100 answers to a
 * change must be there within the interval of changes. Waiting for another machine counts as composing.
 */
export class SpeedWatch {
  private speed = new ComposingSpeed();
  private contextTokens: number | undefined;
  private readonly answers = new AnswerTimes();
  private saidSlow = false;
  private saidLate = false;
  private latestLink: LinkFigures = noLink;
  private latestPace: { readonly beatMicros: number; readonly pace: Pace } | undefined;

  /**
   * A span of no length tells nothing: the voice has not had its turn.
   * @param micros from the question to the answer.
   */
  add(span: Pick<ComposedSpan, 'fromBeat' | 'untilBeat' | 'micros' | 'contextTokens'> & { readonly link?: LinkFigures }, micros: Micros): void {
    if (span.untilBeat <= span.fromBeat) return;
    // How fast it was with more to look back on, or with less, tells nothing of now.
    if (span.contextTokens !== this.contextTokens) this.speed = new ComposingSpeed();
    this.contextTokens = span.contextTokens;
    this.speed.add(span);
    this.answers.add((span.untilBeat - span.fromBeat) * ticksPerBeat, micros);
    this.latestLink = span.link ?? noLink;
    this.latestPace = undefined;
  }

  get measured(): boolean {
    return this.speed.measured;
  }

  get link(): LinkFigures {
    return this.latestLink;
  }

  timesRealTime(beatMicros: number): number {
    return this.speed.timesRealTime(beatMicros);
  }

  /** How the voice is to be asked at this tempo. */
  pace(beatMicros: number): Pace {
    if (this.latestPace?.beatMicros !== beatMicros) {
      const tickMicros = beatMicros / ticksPerBeat;
      const holdsTempo = !this.measured || this.timesRealTime(beatMicros) >= 1;
      this.latestPace = { beatMicros, pace: paceFor((lengthTicks) => this.answers.within(lengthTicks) / tickMicros, holdsTempo) };
    }
    return this.latestPace.pace;
  }

  /** RT95 of an answer of the length that is asked for at this tempo. */
  answerMicros(beatMicros: number): Micros {
    return this.answers.within(this.pace(beatMicros).lengthTicks);
  }

  /** How far ahead of the music an answer must begin to be there in time. */
  answerBeats(beatMicros: number): Beats {
    return Math.min(longestAhead, this.answerMicros(beatMicros) / beatMicros);
  }

  /** How long to rest when the music has overtaken the voice, so that it then plays for `phraseBeats`. */
  restBeats(beatMicros: number, phraseBeats: Beats, shortest: Beats): Beats {
    return this.speed.measured ? restFor(this.speed.timesRealTime(beatMicros), phraseBeats, shortest) : shortest;
  }

  /** Each breach once a voice: a performer must know before the audience does. */
  warning(ground: SpeedGround): string | undefined {
    const { speed } = this;
    const { pack, beatMicros, commit } = ground;
    if (!speed.measured) return undefined;
    if (!this.saidSlow && speed.timesRealTime(beatMicros) < leastSpeed) {
      this.saidSlow = true;
      const bpm = Math.floor(60_000_000 / (speed.meanMicrosPerBeat * leastSpeed));
      return `${pack} cannot hold this tempo on this machine now and will rest at times: play at ${bpm} BPM or below, or load a smaller pack.`;
    }
    const lead = Math.ceil(this.answerBeats(beatMicros) * ticksPerBeat) / ticksPerBeat;
    if (this.saidSlow || this.saidLate || lead <= commit) return undefined;
    this.saidLate = true;
    const seconds = (this.answerMicros(beatMicros) / 1e6).toFixed(1);
    return `${pack} takes up to ${seconds} s to answer a change at this tempo: changes are heard after ${lead} beats, not after the ${commit} that commit says.`;
  }
}
