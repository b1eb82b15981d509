import { ContainerModule } from 'inversify';
import { LanguageModel, type ModelMark } from '../../../../src/engine/contracts/language-model.js';
import type { ModelMemory } from '../../../../src/engine/contracts/model-memory.js';
import { plainSteering, type ModelSteering } from '../../../../src/engine/contracts/model-steering.js';
import { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../../../src/engine/errors.js';

export interface RememberingModelOptions {
  readonly vocabularySize: number;
  /** Ids that are likelier than the others, the more often they stand here, so that bars are written. */
  readonly favoured: readonly number[];
  /** The only id with which it decides, and so takes up a state that it is given: one that opens a bar. Default: any. */
  readonly decidesWith?: number;
}

const size = 8;
const favour = 5;

interface Mark extends ModelMark {
  readonly state: Float32Array;
  readonly recalled: Float32Array | undefined;
}

/** A recurrent model in miniature: each id is taken in under the wishes that hold. No weights. */
export class RememberingModel implements LanguageModel {
  readonly contextTokens = Infinity;
  readonly vocabularySize: number;
  readonly memory: ModelMemory = { snapshot: () => this.state.slice(), restore: (state) => this.restore(state) };
  /** What it was told, in order. */
  readonly told: ModelSteering[] = [];
  private readonly logits: Float32Array;
  private readonly favoured: readonly number[];
  private readonly decidesWith: number | undefined;
  /** A state to go on with once it decides. */
  private recalled: Float32Array | undefined;
  private state: Float32Array = new Float32Array(size);
  private tokens = 0;
  private wish = 0;

  constructor({ vocabularySize, favoured, decidesWith }: RememberingModelOptions) {
    this.vocabularySize = vocabularySize;
    this.favoured = favoured;
    this.decidesWith = decidesWith;
    this.logits = new Float32Array(vocabularySize);
    this.steer(plainSteering);
  }

  async prepare(): Promise<void> {
    this.rewind(undefined);
  }

  steer(steering: ModelSteering): void {
    this.told.push(steering);
    this.wish = [...JSON.stringify(steering)].reduce((hash, letter) => mix(hash ^ letter.charCodeAt(0)), 1);
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    for (let index = 0; index < tokens.length; index += 1) this.takeIn(tokens[index]);
    const sum = this.state.reduce((hash, number) => mix(hash ^ Math.round(number * 1e4)), 7);
    for (let id = 0; id < this.logits.length; id += 1) this.logits[id] = (mix(sum + Math.imul(id + 1, 0x9e3779b1)) / 2 ** 31) * 3;
    for (const id of this.favoured) this.logits[id] += favour;
    return this.logits;
  }

  mark(): Mark {
    const { tokens, state, recalled } = this;
    return { tokens, state, recalled };
  }

  rewind(mark: ModelMark | undefined): void {
    this.tokens = mark?.tokens ?? 0;
    this.state = (mark as Mark | undefined)?.state ?? new Float32Array(size);
    this.recalled = (mark as Mark | undefined)?.recalled;
  }

  async dispose(): Promise<void> {
    this.tokens = 0;
  }

  private takeIn(token: number): void {
    if (this.recalled && token === (this.decidesWith ?? token)) {
      this.state = this.recalled;
      this.recalled = undefined;
    }
    this.state = this.state.map((number, index) => 0.75 * number + mix(this.wish ^ mix(token * size + index)) / 2 ** 31);
    this.tokens += 1;
  }

  private restore(state: Float32Array): void {
    if (state.length !== size) throw new ContinuoError('modelFailed', `a state of ${state.length} numbers, not ${size}`);
    this.recalled = state.slice();
  }
}

/** Murmur3's finaliser. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

export default new ContainerModule(({ bind }) => {
  bind<LanguageModel>(LanguageModel)
    .toResolvedValue((context: PluginContext) => new RememberingModel(context.options as RememberingModelOptions), [PluginContext])
    .inSingletonScope();
});
