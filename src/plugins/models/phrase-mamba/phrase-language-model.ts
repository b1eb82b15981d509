import type { LanguageModel, ModelMark } from '../../../engine/contracts/language-model.js';
import type { ModelMemory } from '../../../engine/contracts/model-memory.js';
import { plainSteering, type ModelSteering } from '../../../engine/contracts/model-steering.js';
import type { PluginContext } from '../../../engine/contracts/plugin.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { CounterRandom } from '../../../engine/generation/sampling/counter-random.js';
import type { Bar } from './bar.js';
import { BarTrail } from './bar-trail.js';
import { chooseLatent, stepTowards } from './choose-latent.js';
import { readCodeBook, type CodeBook } from './code-book.js';
import { controlsAtStart, controlsDue, controlsFor, toldBy } from './control-feed.js';
import { HeardBars } from './heard-bars.js';
import type { PhraseOptions } from './options.js';
import { PhraseNets, type MambaResult } from './phrase-nets.js';
import { IdRole, readPhraseTables, type PhraseTables } from './phrase-tables.js';

/** onnxruntime settles after a few runs of any kind. */
const warmUpBars = 3;
/** Ids of one seed are drawn from the seed itself; bars take the numbers of another. */
const barSeedOffset = 0.5;

interface PhraseMark extends ModelMark {
  readonly bar: Bar | undefined;
  /** Ids of the bar's phrase. */
  readonly length: number;
  /** What was to be gone on with from the next bar line. */
  readonly recalled: Float32Array | undefined;
}

const emptyContext: PhraseMark = { tokens: 0, bar: undefined, length: 0, recalled: undefined };

interface Loaded {
  readonly tables: PhraseTables;
  readonly book: CodeBook;
  readonly nets: PhraseNets;
  readonly heard: HeardBars;
}

/**
 * A model that goes from bar to bar. A bar that is complete is read and becomes a step of a recurrent net; its opinion, the
 * performer's wishes and a seed choose where the next bar is in the space of bars, and a decoder spells it from there. It
 * makes no difference whether a bar was written or heard, nor in how many parts it came.
 */
export class PhraseLanguageModel implements LanguageModel {
  readonly contextTokens = Infinity;
  readonly vocabularySize: number;
  readonly memory: ModelMemory;
  private readonly options: PhraseOptions;
  private readonly random = new CounterRandom(0);
  private readonly ofNoBar: Float32Array;
  private loaded: Loaded | undefined;
  private steering: ModelSteering = plainSteering;
  private tokens = 0;
  private bar: Bar | undefined;
  private readonly trail = new BarTrail();
  /** A memory to go on with from the next bar line. */
  private recalled: Float32Array | undefined;

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    this.options = context.options as PhraseOptions;
    this.vocabularySize = this.options.vocabularySize;
    this.ofNoBar = new Float32Array(this.vocabularySize);
    this.memory = { snapshot: () => this.snapshot(), restore: (state) => this.restore(state) };
  }

  async prepare(): Promise<void> {
    const { files } = this.context;
    const tables = readPhraseTables(files.phrases);
    if (tables.vocabularySize !== this.vocabularySize) {
      throw new ContinuoError('badPack', `${files.phrases} is of ${tables.vocabularySize} ids and the model's options of ${this.vocabularySize}; correct vocabularySize in pack.json or export the pack anew`);
    }
    const book = readCodeBook(files.codes, tables.codeCount, tables.latentSize);
    const heard = new HeardBars(book, this.options.recallBars);
    this.loaded = { tables, book, heard, nets: await PhraseNets.load(files, tables, this.runtime) };
    await this.warmUp(tables);
  }

  steer(steering: ModelSteering): void {
    this.steering = steering;
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    await this.hear(tokens);
    const { bar } = this;
    // Outside of all bars there is nothing to have an opinion on.
    if (!bar) return this.ofNoBar.fill(0);
    const loaded = this.prepared();
    return loaded.nets.decoder.logits(await this.latentOf(loaded, bar), bar.ids);
  }

  async hear(tokens: ArrayLike<number>): Promise<void> {
    const loaded = this.check(tokens);
    for (let index = 0; index < tokens.length; index += 1) await this.take(loaded, tokens[index]);
  }

  /** By the codes that bars are near, where the net was asked what bar may come: the bars that begin at `from` or behind it. */
  async likelihood(tokens: ArrayLike<number>, from: number): Promise<number> {
    const loaded = this.check(tokens);
    this.rewind(undefined);
    let sum = 0;
    let isAsked = false;
    for (let index = 0; index < tokens.length; index += 1) {
      const begins = loaded.tables.roles[tokens[index]] === IdRole.opensBar;
      if (begins && isAsked && this.bar) sum += await this.likelihoodOf(loaded, this.bar);
      isAsked ||= begins && index >= from;
      await this.take(loaded, tokens[index]);
    }
    // A line at the end is where they end.
    return isAsked && this.bar && this.bar.ids.length > 0 ? sum + (await this.likelihoodOf(loaded, this.bar)) : sum;
  }

  async placeOf(tokens: ArrayLike<number>): Promise<Float32Array | undefined> {
    const { nets, tables } = this.check(tokens);
    const ids = Array.from(tokens);
    const lines = ids.flatMap((id, index) => (tables.roles[id] === IdRole.opensBar ? [index] : []));
    if (lines.length === 0) return undefined;
    return nets.read([tables.barId, ...ids.slice(lines[0] + 1, lines[1]).filter((id) => tables.roles[id] === IdRole.ofPhrase)]);
  }

  mark(): PhraseMark {
    const { tokens, bar, recalled } = this;
    return { tokens, bar, length: bar?.ids.length ?? 0, recalled };
  }

  rewind(mark: ModelMark | undefined): void {
    const { tokens, bar, length, recalled } = (mark as PhraseMark | undefined) ?? emptyContext;
    this.tokens = tokens;
    this.bar = bar;
    if (bar) bar.ids.length = length;
    this.loaded?.nets.decoder.truncate(length);
    this.recalled = recalled;
    // The context that is left for an empty one is remembered until another is read.
    if (mark) this.trail.backTo(tokens);
  }

  resume(tokens: ArrayLike<number>): number {
    const { heard } = this.prepared();
    const line = this.tokens > 0 ? undefined : this.trail.takeUp(tokens, this.steering, ({ index }) => heard.reachesTo(index));
    if (!line) return 0;
    this.tokens = line.at;
    this.bar = line.bar;
    return line.at;
  }

  async dispose(): Promise<void> {
    const { loaded } = this;
    this.loaded = undefined;
    await loaded?.nets.dispose();
  }

  private async take(loaded: Loaded, token: number): Promise<void> {
    const { tables } = loaded;
    const { bar, trail } = this;
    const role = tables.roles[token];
    if (this.tokens === 0) trail.clear();
    if (role === IdRole.opensBar) {
      if (this.recalled) trail.end();
      const next = bar ? await this.barAfter(loaded, bar) : this.firstBar(tables);
      this.bar = { ...next, told: toldBy(token, tables, next.told) };
    } else if (bar && role === IdRole.ofHead && bar.ids.length === 0) {
      this.bar = { ...bar, ids: [], told: toldBy(token, tables, bar.told), opening: undefined, latent: undefined };
    } else {
      bar?.ids.push(token);
    }
    trail.add(token, role === IdRole.opensBar ? this.bar : undefined);
    this.tokens += 1;
  }

  private firstBar(tables: PhraseTables): Bar {
    const state = this.takeRecalled() ?? new Float32Array(tables.stateSize);
    const told = controlsAtStart(tables, this.options.meterAtStart);
    return { index: 0, memory: { state }, lastTold: undefined, steering: this.steering, told, ids: [] };
  }

  /** Reads the bar that is complete. */
  private async barAfter(loaded: Loaded, bar: Bar): Promise<Bar> {
    const { nets, tables, heard } = loaded;
    const { memory, told } = await this.openingOf(loaded, bar);
    const latent = await nets.read([tables.barId, ...bar.ids]);
    heard.add(bar.index, latent);
    const recalled = this.takeRecalled();
    const index = bar.index + 1;
    const isRefeed = index % tables.refeedBars === 0;
    return {
      index,
      memory: await nets.remember(latent, recalled ?? memory.state),
      lastTold: recalled || isRefeed ? undefined : told,
      steering: this.steering,
      told: bar.told,
      ids: [],
      before: latent,
    };
  }

  /** Of a bar that is complete, as a natural logarithm. */
  private async likelihoodOf(loaded: Loaded, bar: Bar): Promise<number> {
    const { nets, tables, book } = loaded;
    const { logits } = (await this.openingOf(loaded, bar)).memory;
    const code = book.nearest(await nets.read([tables.barId, ...bar.ids]));
    const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
    return logits[code] - largest - Math.log(logits.reduce((total, logit) => total + Math.exp(logit - largest), 0));
  }

  /** The memory after the controls of a bar are told. */
  private async openingOf({ nets, tables }: Loaded, bar: Bar): Promise<NonNullable<Bar['opening']>> {
    if (bar.opening) return bar.opening;
    const told = controlsFor(bar.told, bar.steering, tables);
    let memory = bar.memory;
    for (const control of controlsDue(told, bar.lastTold)) memory = await nets.tell(control, memory.state);
    bar.opening = { memory: memory as MambaResult, told };
    return bar.opening;
  }

  private async latentOf(loaded: Loaded, bar: Bar): Promise<Float32Array> {
    if (bar.latent) return bar.latent;
    const { random } = this;
    const { topP, spread, recallSpread } = this.options;
    const { before, steering: { seed, temperature, density, place, barsToPlace: bars = 0 } } = bar;
    random.reseed(seed + barSeedOffset, bar.index);
    random.counter = 0;
    if (place && before) {
      bar.latent = stepTowards({ before, place, bars }, loaded.book, { spread, temperature }, random);
      return bar.latent;
    }
    const { memory } = await this.openingOf(loaded, bar);
    const wishes = { temperature, density, topP, spread, recallSpread };
    bar.latent = chooseLatent(memory.logits, loaded.book, wishes, random, loaded.heard.upTo(bar.index));
    return bar.latent;
  }

  private snapshot(): Float32Array {
    const { tables } = this.prepared();
    return this.bar ? this.bar.memory.state.slice() : new Float32Array(tables.stateSize);
  }

  private restore(state: Float32Array): void {
    const { stateSize } = this.prepared().tables;
    if (state.length !== stateSize) {
      throw new ContinuoError('modelFailed', `a state of ${state.length} numbers is not one of this model, whose states have ${stateSize}; recall one that was kept with this pack`);
    }
    this.recalled = state.slice();
  }

  private takeRecalled(): Float32Array | undefined {
    const { recalled } = this;
    this.recalled = undefined;
    return recalled;
  }

  /** Bars from the empty context on, then everything is forgotten. */
  private async warmUp({ barId, roles }: PhraseTables): Promise<void> {
    const ofPhrase = roles.indexOf(IdRole.ofPhrase);
    await this.extend([barId]);
    for (let count = 0; count < warmUpBars; count += 1) {
      for (let length = 0; length < warmUpBars; length += 1) await this.extend([ofPhrase]);
      await this.extend([ofPhrase, barId]);
    }
    this.rewind(undefined);
  }

  private check(tokens: ArrayLike<number>): Loaded {
    const loaded = this.prepared();
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    for (let index = 0; index < tokens.length; index += 1) {
      if (!(tokens[index] >= 0 && tokens[index] < this.vocabularySize)) {
        throw new ContinuoError('modelFailed', `the model knows no token ${tokens[index]}; its ids are 0 to ${this.vocabularySize - 1}`);
      }
    }
    return loaded;
  }

  private prepared(): Loaded {
    if (this.loaded) return this.loaded;
    throw new ContinuoError('modelFailed', 'the model was not prepared, or was disposed of; call prepare first');
  }
}
