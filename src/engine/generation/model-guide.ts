import type { LanguageModel } from '../contracts/language-model.js';
import { blendStates, type ModelMemory } from '../contracts/model-memory.js';
import { isSameSteering, plainSteering, type ModelSteering } from '../contracts/model-steering.js';
import type { Recall } from './recalls.js';

/** What a model is told at a place of its stream; immutable, with all that it was told before. */
export interface Turn {
  /** Index of the first id that is read under it. */
  readonly at: number;
  readonly steering: ModelSteering;
  /** A state the model goes on with from here. */
  readonly recall?: Recall;
  /** The last recall so far, by its number; 0 before the first. */
  readonly recalled: number;
  readonly earlier?: Turn;
}

/** A stream's beginning, where nothing is wished for: a past is heard as it is. */
export function openingTurn(recalled = 0): Turn {
  return { at: 0, steering: plainSteering, recalled };
}

/**
 * Tells a model that decides more than the next id what is wished for, each wish at its place in the stream, so that ids
 * that are read late, or again, are read as they were. Thread: the inference worker.
 */
export class ModelGuide {
  /** What holds at the end of the stream. */
  turn: Turn = openingTurn();
  private told: ModelSteering | undefined;

  constructor(private readonly model: LanguageModel) {}

  /** From the id at `at` on, which is the last of the stream. */
  steer(at: number, steering: ModelSteering): void {
    if (!this.model.steer || isSameSteering(this.turn.steering, steering)) return;
    const { recall, recalled } = this.turn;
    const earlier = this.before(at);
    if (this.turn.at < at) this.turn = { at, steering, recalled, earlier };
    else if (earlier && recall === undefined && isSameSteering(earlier.steering, steering)) this.turn = earlier;
    else this.turn = { at, steering, recall, recalled, earlier };
  }

  /** From the id at `at` on, which is the last of the stream. */
  recall(at: number, recall: Recall): void {
    this.turn = { at, steering: this.turn.steering, recall, recalled: recall.number, earlier: this.before(at) };
  }

  /**
   * Before the model reads `ids`, the first of which stands at `first`: has it read those that come before the last turn
   * among them, and tells it what holds for the rest. Returns the lengths of the runs it took.
   */
  async prepare(ids: readonly number[], first: number): Promise<readonly number[]> {
    const runs: number[] = [];
    let read = 0;
    for (;;) {
      this.tell(first + read);
      const next = this.after(first + read);
      if (next === undefined || next.at >= first + ids.length) return runs;
      const length = next.at - first - read;
      await readIds(this.model, ids.slice(read, read + length));
      runs.push(length);
      read += length;
    }
  }

  /** Tells what holds at the beginning of the stream; returns how many ids are read under that. */
  begin(): number {
    let turn = this.turn;
    let until = Infinity;
    for (; turn.earlier; turn = turn.earlier) until = turn.at;
    this.say(turn.steering);
    return turn.recall ? 0 : until;
  }

  private tell(at: number): void {
    const { memory } = this.model;
    let turn: Turn | undefined = this.turn;
    while (turn.earlier && turn.at > at) turn = turn.earlier;
    this.say(turn.steering);
    if (memory && turn.recall && turn.at === at) memory.restore(this.stateOf(turn.recall, memory));
  }

  private say(steering: ModelSteering): void {
    if (steering !== this.told) this.model.steer?.(steering);
    this.told = steering;
  }

  /** Between a kept state and the model's own. */
  private stateOf({ state, amount }: Recall, memory: ModelMemory): Float32Array {
    return amount >= 1 ? state : blendStates(memory.snapshot(), state, amount);
  }

  private before(at: number): Turn | undefined {
    return this.turn.at < at ? this.turn : this.turn.earlier;
  }

  /** The first turn past a place. */
  private after(at: number): Turn | undefined {
    let next: Turn | undefined;
    for (let turn: Turn | undefined = this.turn; turn && turn.at > at; turn = turn.earlier) next = turn;
    return next;
  }
}

/** Has a model read ids whose opinion on them nobody asks for. */
export async function readIds(model: LanguageModel, ids: readonly number[]): Promise<void> {
  if (model.hear) await model.hear(ids);
  else await model.extend(ids);
}
