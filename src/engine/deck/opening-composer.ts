import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { TakeLog } from './take-log.js';

/** A composer whose take is known: what it was primed with last, and what is told of it since. Thread: main. */
export class OpeningComposer implements Composer {
  readonly take = new TakeLog();
  readonly nextNote: Composer['nextNote'];
  readonly hurry: Composer['hurry'];
  readonly foresee: Composer['foresee'];
  readonly keepState: Composer['keepState'];
  readonly recallState: Composer['recallState'];

  constructor(private readonly composer: Composer) {
    this.nextNote = composer.nextNote?.bind(composer);
    this.hurry = composer.hurry?.bind(composer);
    this.foresee = composer.foresee?.bind(composer);
    this.keepState = composer.keepState?.bind(composer);
    this.recallState = composer.recallState?.bind(composer);
  }

  prepare(): Promise<void> {
    return this.composer.prepare();
  }

  prime(history: Score, atBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.take.begin({ history, atBeat });
    return this.composer.prime(history, atBeat, awaited);
  }

  compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    return this.composer.compose(untilBeat, controls, stopped);
  }

  rewind(toBeat: Beats, awaited?: () => boolean): Promise<void> {
    return this.composer.rewind(toBeat, awaited);
  }

  dispose(): Promise<void> {
    this.take.end();
    return this.composer.dispose();
  }
}
