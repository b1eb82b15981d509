import type { ComposeControls, ComposedSpan, Composer } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ComputeGate } from './compute-gate.js';

const never = (): boolean => false;

/** What is wanted of a composer at the gate, and told of it. */
export interface GatedComposerGround {
  /** The beat by which music is needed that is asked for where the composer stands. */
  deadline(position: Beats): Beats;
  /** How much of what it can look back on it is to. Default: all. */
  contextShare?(): number;
  /** Ids it looks back on at most; `undefined` where that cannot be less. */
  looksBack?(contextTokens: number | undefined): void;
}

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

  constructor(
    private readonly composer: Composer,
    private readonly gate: ComputeGate,
    private readonly ground: GatedComposerGround,
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

  async prime(history: Score, atBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.position = atBeat;
    await this.inTurn(never, () => this.composer.prime(history, atBeat, awaited));
  }

  /** Ends where it stands when it is stopped before it has begun. */
  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await this.inTurn(stopped, () => this.composer.compose(untilBeat, this.within(controls), stopped));
    if (!span) return { fromBeat: this.position, untilBeat: this.position, notes: [], programs: [], controls: [], tokens: 0, micros: 0 };
    this.position = span.untilBeat;
    this.ground.looksBack?.(span.contextTokens);
    return span;
  }

  async rewind(toBeat: Beats, awaited?: () => boolean): Promise<void> {
    this.position = Math.min(this.position, toBeat);
    await this.inTurn(never, () => this.composer.rewind(toBeat, awaited));
  }

  dispose(): Promise<void> {
    return this.composer.dispose();
  }

  private within(controls: ComposeControls): ComposeControls {
    const share = this.ground.contextShare?.() ?? 1;
    return share === 1 ? controls : { ...controls, contextShare: share };
  }

  private async inTurn<Result>(isUnwanted: () => boolean, work: () => Promise<Result>): Promise<Result | undefined> {
    const leave = await this.gate.enter({ deadline: () => this.ground.deadline(this.position), isUnwanted });
    if (!leave) return undefined;
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
