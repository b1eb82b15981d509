import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ComputeGate } from './compute-gate.js';

const never = (): boolean => false;

/**
 * A composer that waits for its turn at the gate before it thinks. The time a span says it took is that of the thinking.
 * Thread: main. Blocks: no. Errors: those of the composer.
 */
export class GatedComposer implements Composer {
  /** A single note waits for nobody: it is short, and somebody waits for it. */
  readonly nextNote: Composer['nextNote'];
  readonly hurry: Composer['hurry'];
  readonly foresee: Composer['foresee'];
  readonly keepState: Composer['keepState'];
  readonly recallState: Composer['recallState'];
  /** Where it stands, in its own beats. */
  private position: Beats = 0;

  /** @param deadline the beat by which music is needed that is asked for where the composer stands. */
  constructor(
    private readonly composer: Composer,
    private readonly gate: ComputeGate,
    private readonly deadline: (position: Beats) => Beats,
  ) {
    this.nextNote = composer.nextNote?.bind(composer);
    this.hurry = composer.hurry?.bind(composer);
    const { foresee } = composer;
    if (foresee) this.foresee = (following, untilBeat, controls, stopped) => this.inTurn(stopped, () => foresee.call(composer, following, untilBeat, controls, stopped));
    this.keepState = composer.keepState?.bind(composer);
    this.recallState = composer.recallState?.bind(composer);
  }

  /** Loading waits for nobody: it has the lowest priority by itself, and waits for disks most of the time. */
  prepare(): Promise<void> {
    return this.composer.prepare();
  }

  async prime(history: Score, atBeat: Beats): Promise<void> {
    this.position = atBeat;
    await this.inTurn(never, () => this.composer.prime(history, atBeat));
  }

  /** Ends where it stands when it is stopped before it has begun. */
  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await this.inTurn(stopped, () => this.composer.compose(untilBeat, controls, stopped));
    if (!span) return { fromBeat: this.position, untilBeat: this.position, notes: [], programs: [], controls: [], tokens: 0, micros: 0 };
    this.position = span.untilBeat;
    return span;
  }

  async rewind(toBeat: Beats): Promise<void> {
    this.position = Math.min(this.position, toBeat);
    await this.inTurn(never, () => this.composer.rewind(toBeat));
  }

  dispose(): Promise<void> {
    return this.composer.dispose();
  }

  private async inTurn<Result>(isUnwanted: () => boolean, work: () => Promise<Result>): Promise<Result | undefined> {
    const leave = await this.gate.enter({ deadline: () => this.deadline(this.position), isUnwanted });
    if (!leave) return undefined;
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
