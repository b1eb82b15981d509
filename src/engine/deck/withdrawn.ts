import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { Plan } from './plan.js';

/**
 * Music that was taken back to be composed anew under other controls. Where nobody can compose it any more, the old
 * music is better than none. Thread: main.
 */
export class Withdrawn {
  private music = new Plan();
  private until: Beats = -Infinity;

  /** Takes what is about to be discarded: `music`, planned up to `untilBeat`. Of what was taken earlier, the part beyond stays. */
  take(music: Score, untilBeat: Beats): void {
    const beyond = this.music.from(untilBeat);
    this.music = new Plan();
    this.music.add(music);
    this.music.add(beyond);
    this.until = Math.max(this.until, untilBeat);
  }

  /** What there is at or after `fromBeat`, and how far it reaches; `undefined` where there is nothing. It is forgotten here. */
  giveBack(fromBeat: Beats): { readonly music: Score; readonly untilBeat: Beats } | undefined {
    const { until } = this;
    const music = this.music.from(fromBeat);
    this.forget();
    return until > fromBeat ? { music, untilBeat: until } : undefined;
  }

  /** It means nothing any more: the host jumped, or another voice plays. */
  forget(): void {
    this.music = new Plan();
    this.until = -Infinity;
  }
}
