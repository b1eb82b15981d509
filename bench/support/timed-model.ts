import { LanguageModel } from '../../src/engine/contracts/language-model.js';
import { AllowedTokens, Tokenizer } from '../../src/engine/contracts/tokenizer.js';
import { unitComplete, type UnitTable } from '../../src/engine/contracts/unit-table.js';
import type { RecipePart, TokenRecipe } from '../../src/engine/generation/composer-recipe.js';
import { InferenceRuntime } from '../../src/engine/generation/onnx/inference-runtime.js';
import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import { GrammarSampler } from '../../src/engine/generation/sampling/grammar-sampler.js';
import type { TokenSampling } from '../../src/engine/generation/sampling/token-sampler.js';
import { TokenStream } from '../../src/engine/generation/token-stream.js';
import { UnitWriter } from '../../src/engine/generation/unit-writer.js';
import { loadInContainer } from '../../src/engine/plugins/load-in-container.js';

/** Ids of music at hand beyond a context that is filled. */
const idsAhead = 128;
const sampling: TokenSampling = { temperature: 1, topP: 1, topK: 0, minP: 0.005 };

/** A pack's model, loaded in this thread, and what it costs to write an event with it. */
export class TimedModel {
  private readonly random = new CounterRandom(1);
  private readonly sampler: GrammarSampler;
  private readonly allowed: AllowedTokens;
  private readonly writer: UnitWriter;
  /** Music that the model wrote itself, of formats without rows. */
  private music: readonly number[] = [];

  private constructor(
    readonly model: LanguageModel,
    private readonly tokenizer: Tokenizer,
    private readonly recipe: TokenRecipe,
    readonly loadMilliseconds: number,
    readonly megabytes: number,
    readonly notices: readonly string[],
  ) {
    const { size } = tokenizer.vocabulary;
    this.sampler = new GrammarSampler(size);
    this.allowed = new AllowedTokens(size);
    this.writer = new UnitWriter(size);
  }

  static async load(recipe: TokenRecipe): Promise<TimedModel> {
    const notices: string[] = [];
    const runtime: InferenceRuntime = { ...recipe.runtime, notice: (sentence) => notices.push(sentence) };
    const tokenizer = await make<Tokenizer>(recipe.tokenizer, Tokenizer, runtime);
    const before = process.memoryUsage.rss();
    const started = performance.now();
    const model = await make<LanguageModel>(recipe.model, LanguageModel, runtime);
    await model.prepare();
    const milliseconds = performance.now() - started;
    return new TimedModel(model, tokenizer, recipe, milliseconds, (process.memoryUsage.rss() - before) / 2 ** 20, notices);
  }

  /** Ids of an event, where all have the same number. */
  get idsPerEvent(): number | undefined {
    const { rowWidth } = this.tokenizer.vocabulary;
    return rowWidth > 1 ? rowWidth : undefined;
  }

  /** Fills an empty context with so many ids, the last of which is left to be read with what comes next, as when it plays. */
  async fill(context: number): Promise<void> {
    const ids = await this.ids(context - 1);
    this.model.rewind(undefined);
    await this.model.extend(ids);
  }

  /** Writes what {@link fill} needs, so that nothing but reading is timed there. */
  async ready(context: number): Promise<void> {
    await this.ids(context - 1);
  }

  /** One id, from the context to the next logits. */
  async step(): Promise<void> {
    await this.model.extend([this.music[this.model.mark().tokens] ?? this.tokenizer.vocabulary.pad]);
  }

  /** Whether an event can be written in one run. */
  get writesUnits(): boolean {
    return this.model.generate !== undefined && this.table() !== undefined;
  }

  /** One event in one run, with all that the engine does for it. */
  async unit(): Promise<void> {
    const program = this.writer.write(this.table() as UnitTable, { density: 0.5, sampling: () => sampling, beatsPerId: () => 0 });
    const uniforms = Float64Array.from({ length: program.maximumTokens }, () => this.random.next());
    await this.model.generate?.([this.tokenizer.vocabulary.pad], program, uniforms);
  }

  /** The same event id by id: ids that cannot be otherwise are read with the next. */
  async event(): Promise<void> {
    const { allowed } = this;
    const { states } = this.table() as UnitTable;
    let unread: number[] = [this.tokenizer.vocabulary.pad];
    let state = 0;
    do {
      const { choice, next } = states[state];
      let index = 0;
      if (choice.ids.length > 1) {
        allowed.clear();
        choice.ids.forEach((id, at) => allowed.add(id, choice.biases[at]));
        index = choice.ids.indexOf(this.sampler.sample(await this.model.extend(unread), allowed, sampling, this.random));
        unread = [];
      }
      unread.push(choice.ids[index]);
      state = typeof next === 'number' ? next : next[index];
    } while (state !== unitComplete);
  }

  /** Rows cost what they cost whatever they say. Where what comes may end something longer than an id, it is music. */
  private async ids(count: number): Promise<readonly number[]> {
    const { start, rowWidth } = this.tokenizer.vocabulary;
    if (rowWidth === 1) {
      if (this.music.length < count + idsAhead) this.music = await this.written(count + idsAhead);
      return this.music.slice(0, count);
    }
    const ids = [...start, ...this.recipe.generation.setup.flat()];
    return Array.from({ length: count }, (_, index) => ids[index % ids.length]);
  }

  private async written(count: number): Promise<readonly number[]> {
    const stream = new TokenStream(this.tokenizer, this.model);
    const ids = [...this.tokenizer.vocabulary.start];
    const { events, maxRestBeats } = this.recipe.generation;
    stream.open(ids, 0);
    while (ids.length < count) {
      const allowed = stream.allow({ eventKinds: events, maximumRestBeats: maxRestBeats });
      const id = allowed.count === 1 ? allowed.ids[0] : this.sampler.sample(await stream.logits(), allowed, sampling, this.random);
      stream.accept(id);
      ids.push(id);
    }
    return ids;
  }

  private table(): UnitTable | undefined {
    const { grammar } = this.tokenizer;
    const { events, tracks, maxRestBeats } = this.recipe.generation;
    return grammar.unit?.(grammar.initial(), { eventKinds: events, channels: tracks.map(({ channel }) => channel), maximumRestBeats: maxRestBeats });
  }
}

/** A part of a recipe, made in this thread. */
export async function make<T>({ implementation, options, files }: RecipePart, contract: symbol, runtime: InferenceRuntime): Promise<T> {
  const container = await loadInContainer({ implementation }, { options, files }, new Map([[InferenceRuntime, runtime]]));
  return container.getAsync<T>(contract);
}
