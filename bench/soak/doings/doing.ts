import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import type { Chance } from '../chance.js';
import type { SoakStage } from '../stage.js';

/** Something that can befall a stage, and how often it does beside the others. */
export interface Doing {
  readonly name: string;
  readonly weight: number;
  do(): void;
}

/** What whoever does something has in their hands: the stage and dice. */
export class Hands {
  constructor(
    readonly stage: SoakStage,
    readonly chance: Chance,
    /** Names a pack. */
    readonly pack: () => string,
  ) {}

  write(address: string, ...values: readonly ParameterValue[]): void {
    const { stage } = this;
    stage.attempt(() => stage.parameters.write(address, values, 'soak'));
  }

  /** Any deck. */
  deck(): string {
    return `deck/${this.chance.whole(1, this.stage.ensemble.decks.length)}`;
  }

  /** Lets go of a pack that some deck has cued; where none has, asks for it all the same. */
  uncue(): void {
    const { parameters } = this.stage;
    const deck = this.deck();
    const cued = parameters.text(`${deck}/cued`).split(', ');
    this.write(`${deck}/uncue`, this.chance.pick(cued) || 'none');
  }
}
