import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { TakeLog } from './take-log.js';

/** A composer whose take is known: what it is told, asked and made to forget is written into the log as it is. Thread: main. */
export class OpeningComposer implements Composer {
  readonly take = new TakeLog();
  readonly nextNote: Composer['nextNote'];
  readonly hurry: Composer['hurry'];
  readonly foresee: Composer['foresee'];
  readonly keepState: Composer['keepState'];
  readonly recallState: Composer['recallState'];
  /** Where it stands. */
  private beat: Beats = 0;
  /** It was made to forget since it composed last. */
  private isAnew = false;

  constructor(private readonly composer: Composer) {
    this.nextNote = composer.nextNote?.bind(composer);
    this.hurry = composer.hurry?.bind(composer);
    this.foresee = composer.foresee?.bind(composer);
    this.keepState = composer.keepState?.bind(composer);
    this.recallState = composer.recallState && ((state, amount) => this.recall(state, amount));
  }

  prepare(): Promise<void> {
    return this.composer.prepare();
  }

  prime(history: Score, atBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.take.primed({ history, atBeat });
    this.beat = atBeat;
    this.isAnew = false;
    return this.composer.prime(history, atBeat, awaited);
  }

  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.take.composed(this.beat, controls, this.isAnew);
    this.isAnew = false;
    const span = await this.composer.compose(untilBeat, controls, stopped);
    this.beat = span.untilBeat;
    return span;
  }

  rewind(toBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.beat = Math.min(this.beat, toBeat);
    this.isAnew = true;
    return this.composer.rewind(toBeat, awaited);
  }

  dispose(): Promise<void> {
    this.take.end();
    return this.composer.dispose();
  }

  private async recall(state: Float32Array, amount: number): Promise<void> {
    await this.composer.recallState?.(state, amount);
    this.take.recall({ beat: this.beat, state, amount });
  }
}
