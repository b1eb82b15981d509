import type { PlayMode } from '../../../src/engine/deck/modes/play-mode.js';
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

  /** A deck of which this holds, mostly; where it holds of none, or now and then, any: that is asked wrongly. */
  deckThat(holds: (prefix: string) => boolean): string {
    const fitting = this.stage.ensemble.decks.map(({ number }) => `deck/${number}`).filter((prefix) => holds(`${prefix}/`));
    return fitting.length === 0 || this.chance.happens(0.1) ? this.deck() : this.chance.pick(fitting);
  }

  /** A deck that makes this of what it hears. */
  deckIn(mode: PlayMode): string {
    return this.deckThat((prefix) => this.stage.parameters.text(`${prefix}play-mode`) === mode);
  }

  /** Lets go of a pack that some deck has cued. */
  uncue(): void {
    const { parameters } = this.stage;
    const deck = this.deckThat((prefix) => parameters.text(`${prefix}cued`) !== '');
    const cued = parameters.text(`${deck}/cued`).split(', ');
    this.write(`${deck}/uncue`, this.chance.pick(cued) || 'none');
  }
}
