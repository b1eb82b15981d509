import { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import type { Voice } from './voice.js';

interface KeptState {
  readonly pack: string;
  readonly state: Float32Array;
}

/** What the states of a deck may see and do of it. */
export interface StateGround {
  readonly deck: number;
  voice(): Voice | undefined;
  /** The beat that is heard now, as the voice counts. */
  heardBeat(): Beats;
  /** Has something done as soon as the voice is idle. */
  errand<Result>(run: (voice: Voice) => Promise<Result>): Promise<Result>;
  /** Takes back what is composed and not committed. */
  takeBack(voice: Voice): Promise<void>;
  /** The names are others now. */
  changed(names: readonly string[]): void;
}

/** A state is a few hundred kilobytes. */
const mostStates = 64;
const longestName = 64;

/**
 * States of mind of a deck's models under names: where the music that is heard came from, to come back to later. Each
 * belongs to the pack it was kept with. Thread: main. Blocks: no. Errors: `badValue`, with what there is to do.
 */
export class KeptStates {
  private readonly states = new Map<string, KeptState>();

  constructor(private readonly ground: StateGround) {}

  /** In the order in which they were kept. */
  get names(): readonly string[] {
    return [...this.states.keys()];
  }

  /** Keeps the state that what is heard now came from; one of this name is replaced. */
  async keep(name: string): Promise<void> {
    const { ground, states } = this;
    if (name.trim() === '' || name.length > longestName) throw wrong(`A state needs a name of 1 to ${longestName} characters.`);
    if (!states.has(name) && states.size >= mostStates) throw wrong(`Deck ${ground.deck} keeps ${mostStates} states and no more: forget one first.`);
    this.playing();
    const beat = ground.heardBeat();
    const kept = await ground.errand(async ({ pack, composer }) => ({ pack, state: await composer.keepState?.(beat) }));
    const { pack, state } = kept;
    if (!state) throw wrong(`The pack ${pack} has no state that could be kept: its model reads its past anew from the notes. Load a pack whose model has a memory of its own.`);
    states.delete(name);
    states.set(name, { pack, state });
    ground.changed(this.names);
  }

  /** Goes on from a kept state at the next bar that is not committed. `amount` 0..1: how far from the present state to it. */
  async recall(name: string, amount: number): Promise<void> {
    const { ground } = this;
    const kept = this.named(name);
    if (!(amount >= 0 && amount <= 1)) throw wrong(`The amount of a recalled state must be 0 to 1, not ${amount}.`);
    this.playing();
    await ground.errand(async (voice) => {
      if (voice.pack !== kept.pack) {
        throw wrong(`The state "${name}" belongs to the pack ${kept.pack} and deck ${ground.deck} plays ${voice.pack}: load ${kept.pack} first, or keep a state of ${voice.pack}.`);
      }
      if (amount === 0 || !voice.composer.recallState) return;
      await ground.takeBack(voice);
      await voice.composer.recallState(kept.state, amount);
    });
  }

  forget(name: string): void {
    this.named(name);
    this.states.delete(name);
    this.ground.changed(this.names);
  }

  private named(name: string): KeptState {
    const kept = this.states.get(name);
    if (kept) return kept;
    const { deck } = this.ground;
    const there = this.states.size === 0 ? `keep one with deck/${deck}/keep-state` : `there are ${this.names.join(', ')}`;
    throw wrong(`Deck ${deck} keeps no state "${name}"; ${there}.`);
  }

  private playing(): void {
    if (!this.ground.voice()) throw wrong(`Deck ${this.ground.deck} plays no pack: load one first.`);
  }
}

function wrong(sentence: string): ContinuoError {
  return new ContinuoError('badValue', sentence);
}
