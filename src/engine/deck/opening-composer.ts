import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';

/** What a composer took for its past when it began to write. */
export interface Opening {
  readonly history: Score;
  readonly atBeat: Beats;
}

/** A composer that can tell how its take began: what it was primed with last. Thread: main. */
export class OpeningComposer implements Composer {
  private latest: Opening | undefined;
  readonly nextNote: Composer['nextNote'];
  readonly hurry: Composer['hurry'];
  readonly keepState: Composer['keepState'];
  readonly recallState: Composer['recallState'];

  constructor(private readonly composer: Composer) {
    this.nextNote = composer.nextNote?.bind(composer);
    this.hurry = composer.hurry?.bind(composer);
    this.keepState = composer.keepState?.bind(composer);
    this.recallState = composer.recallState?.bind(composer);
  }

  get opening(): Opening | undefined {
    return this.latest;
  }

  prepare(): Promise<void> {
    return this.composer.prepare();
  }

  prime(history: Score, atBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.latest = { history, atBeat };
    return this.composer.prime(history, atBeat, awaited);
  }

  compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    return this.composer.compose(untilBeat, controls, stopped);
  }

  rewind(toBeat: Beats, awaited?: () => boolean): Promise<void> {
    return this.composer.rewind(toBeat, awaited);
  }

  dispose(): Promise<void> {
    this.latest = undefined;
    return this.composer.dispose();
  }
}
