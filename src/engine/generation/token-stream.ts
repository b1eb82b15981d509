import type { LanguageModel, ModelMark } from '../contracts/language-model.js';
import {
  AllowedTokens,
  type DecodedEvent,
  type GrammarState,
  type IncrementalDecoder,
  type TokenAttribute,
  type Tokenizer,
} from '../contracts/tokenizer.js';
import type { UnitProgram, UnitState } from '../contracts/unit-table.js';
import type { ModelSteering } from '../contracts/model-steering.js';
import { ContinuoError } from '../errors.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Beats } from '../music/units.js';
import type { ComposingRules } from './composing-rules.js';
import { ModelGuide, openingTurn, readIds, type Turn } from './model-guide.js';
import type { OnsetReach } from './onset-reach.js';
import { PassageMemory, passageBias } from './passage-memory.js';
import type { Recall } from './recalls.js';
import { TroddenPath } from './trodden-path.js';
import { UnitWriter, type UnitWishes } from './unit-writer.js';

/** Ids given to the model in one run while a long prompt is read: short enough to stop in between. */
const chunkTokens = 64;

/** Where a stream stood; valid until the stream is opened anew or rewound to before it. */
export interface StreamMark {
  readonly model: ModelMark;
  readonly unread: readonly number[];
  readonly state: GrammarState;
  readonly decoder: IncrementalDecoder;
  readonly column: number;
  readonly turn: Turn;
}

/**
 * A model, a grammar and a decoder that move in step through one stream of ids. The model reads an id only when its
 * opinion is needed, so that ids nobody could choose cost no run of their own.
 * Thread: the inference worker. Blocks: readSome and logits, for as long as the model runs.
 */
export class TokenStream {
  readonly allowed: AllowedTokens;
  private readonly units: UnitWriter;
  private readonly passages: PassageMemory;
  private readonly guide: ModelGuide;
  private readonly path: TroddenPath;
  private unread: number[] = [];
  /** The ids that the stream was opened with, without what was composed. */
  private prompt: readonly number[] = [];
  /** Where the last whole run over the prompt ends: from there on it is read with what comes next. */
  private promptRuns = 0;
  private currentState: GrammarState;
  private currentDecoder: IncrementalDecoder;
  private column = 0;
  /** Runs of other kinds than that of the path. */
  private otherRuns = 0;

  constructor(
    readonly tokenizer: Tokenizer,
    private readonly model: LanguageModel,
  ) {
    this.allowed = new AllowedTokens(tokenizer.vocabulary.size);
    this.units = new UnitWriter(tokenizer.vocabulary.size);
    this.passages = new PassageMemory(tokenizer.vocabulary.rowWidth);
    this.guide = new ModelGuide(model);
    this.path = new TroddenPath(model);
    this.currentState = tokenizer.grammar.initial();
    this.currentDecoder = tokenizer.startDecoder(0);
  }

  /**
   * Starts again with a prompt (which begins with `vocabulary.start`) and returns the events it tells. `turn`: what the
   * model is told along it. `composed`: how many of the last ids were composed after the prompt.
   */
  open(prompt: ArrayLike<number>, originBeat: Beats, turn: Turn = openingTurn(), composed = 0): DecodedEvent[] {
    const { grammar, vocabulary } = this.tokenizer;
    this.guide.turn = turn;
    this.unread = Array.from(prompt);
    this.unread.splice(0, this.resume(this.unread, composed));
    this.currentState = grammar.initial();
    this.currentDecoder = this.tokenizer.startDecoder(originBeat);
    this.column = prompt.length % vocabulary.rowWidth;
    this.passages.truncate(0);
    const events: DecodedEvent[] = [];
    Array.from(prompt).forEach((token, index) => {
      const isStart = index < vocabulary.start.length;
      this.passages.push(token, isStart ? 'other' : this.attribute);
      if (!isStart) this.currentState = grammar.advance(this.state, token);
      events.push(...this.decoder.push(token));
    });
    return events;
  }

  /** The model's context is somebody else's: it reads all of the stream, the last ids of which were `composed`, before it is asked next. */
  readAgain(ids: readonly number[], composed: number): void {
    this.unread = ids.slice(this.resume(ids, composed));
  }

  /** No event before this beat can still come. */
  get frontierBeat(): Beats {
    return this.decoder.frontierBeat;
  }

  /** Ids in the stream. */
  get length(): number {
    return this.path.mark().tokens + this.unread.length;
  }

  /** Between two rows, where the format has rows. */
  get atRowStart(): boolean {
    return this.column === 0;
  }

  /** Model runs since the stream was made. */
  get runs(): number {
    return this.path.modelRuns + this.otherRuns;
  }

  /** What the model is told, along the stream. */
  get turn(): Turn {
    return this.guide.turn;
  }

  /** Whether what the model thinks on the way can be remembered, see {@link thinkAhead}. */
  get canRemember(): boolean {
    return this.readsAhead && this.model.spellsRows !== true;
  }

  /** A copy of the model's memory as it stands where it decided last; `undefined` where it has none to keep. */
  snapshot(): Float32Array | undefined {
    return this.model.memory?.snapshot();
  }

  /** What the model is to heed from the last id on, which no one has asked its opinion of. */
  steer(steering: ModelSteering): void {
    this.guide.steer(Math.max(0, this.length - 1), steering);
  }

  /** Goes on with a kept state from the last id on. */
  recall(recall: Recall): void {
    this.guide.recall(Math.max(0, this.length - 1), recall);
  }

  get attribute(): TokenAttribute {
    return this.tokenizer.grammar.attribute(this.state);
  }

  get state(): GrammarState {
    return this.currentState;
  }

  /** To look ahead, push to a clone. */
  get decoder(): IncrementalDecoder {
    return this.currentDecoder;
  }

  /** Whether so much is unread that it takes a {@link readSome} or more before {@link logits}. */
  get behind(): boolean {
    if (this.model.readsInOneGo === true) return false;
    if (this.model.hear) return this.unread.length > 1;
    return this.unread.length > chunkTokens || this.path.mark().tokens < this.promptRuns;
  }

  /** One model run over some of what is unread. */
  async readSome(): Promise<void> {
    const most = this.unread.length - 1;
    if (this.model.hear) return this.readOnly(Math.min(chunkTokens, most));
    await this.run(Math.min(chunkTokens - (this.path.mark().tokens % chunkTokens), most));
  }

  /** Fills {@link allowed}; the stream never ends by itself. */
  allow(constraint: MusicConstraint): AllowedTokens {
    allowNext(this.tokenizer, this.state, constraint, this.allowed);
    return this.allowed;
  }

  /** Adds `bias` to the id in {@link allowed} that followed when the stream last went as it goes now, as far as it agrees. */
  biasRepetition(bias: number): void {
    const { allowed, attribute, passages } = this;
    const passage = bias === 0 ? undefined : passages.passage(attribute);
    const again = passage && passages.idAfter(passage, passages.column, attribute);
    if (passage === undefined || again === undefined) return;
    const index = allowed.ids.subarray(0, allowed.count).indexOf(again);
    if (index >= 0) allowed.biases[index] += passageBias(bias, passage);
  }

  /**
   * Reads all there is and, where it can remember, what the model thinks of the next id; from here on it remembers what it thinks on
   * the way: to come back costs no run, nor does what is written the same again.
   */
  async thinkAhead(): Promise<void> {
    if (!this.readsAhead) return;
    if (this.unread.length > 1) await this.run(this.unread.length - 1);
    if (this.canRemember) await this.path.begin(this.unread);
  }

  /** The model's opinion on the next id; valid until the next call. */
  async logits(): Promise<Float32Array> {
    return this.run(this.unread.length);
  }

  /**
   * How the unit that begins here is drawn in one run; `undefined` where model or grammar cannot do that, and ids must be
   * chosen one by one. Good until the next call.
   */
  unit(constraint: MusicConstraint, wishes: Pick<ComposingRules, 'density' | 'repetition' | 'sampling'>, reach: OnsetReach): UnitProgram | undefined {
    if (!this.model.generate) return undefined;
    const table = this.tokenizer.grammar.unit?.(this.state, constraint);
    return table && this.units.write(table, {
      density: wishes.density,
      sampling: (attribute) => wishes.sampling(attribute),
      beatsPerId: (state) => this.beatsPerId(state, reach),
      repetition: this.passageWish(wishes.repetition),
    });
  }

  /** Lets the model write a unit; its ids are then to be accepted one by one, all but the last as known. */
  async generate(program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>> {
    if (!this.model.generate) throw new ContinuoError('modelFailed', 'this model writes id by id; ask it for logits');
    await this.readUpToLastTurn(this.unread.length);
    this.otherRuns += 1;
    this.path.goBack();
    const ids = await this.model.generate(this.unread, program, uniforms);
    this.unread = [];
    return ids;
  }

  /**
   * Appends an id and returns the events it makes certain. `known`: the model has it in its context already.
   * Errors: `badTokens` when the grammar forbids it.
   */
  accept(token: number, known = false): readonly DecodedEvent[] {
    const { attribute } = this;
    this.currentState = this.tokenizer.grammar.advance(this.state, token);
    this.passages.push(token, attribute);
    if (!known) this.unread.push(token);
    this.column = (this.column + 1) % this.tokenizer.vocabulary.rowWidth;
    return this.decoder.push(token);
  }

  mark(): StreamMark {
    const { state, column, turn } = this;
    return { model: this.path.mark(), unread: [...this.unread], state, decoder: this.decoder.clone(), column, turn };
  }

  rewind(mark: StreamMark): void {
    this.path.rewind(mark.model);
    this.unread = [...mark.unread];
    this.passages.truncate(this.length);
    this.currentState = mark.state;
    this.currentDecoder = mark.decoder.clone();
    this.column = mark.column;
    this.guide.turn = mark.turn;
  }

  /**
   * Begins with an empty context, or with what the model has read of the ids already; returns how many these are. A prompt is
   * read in the same runs whether or not the model knows some of it, and what it wrote itself does not count as read: so it
   * makes no difference to what is composed. Music that is come back to is taken up as it was written.
   */
  private resume(ids: readonly number[], composed: number): number {
    const { model, guide, path } = this;
    const formerRuns = this.prompt.slice(0, Math.min(this.promptRuns, path.mark().tokens));
    path.rewind(undefined);
    this.prompt = ids.slice(0, ids.length - composed);
    this.promptRuns = model.readsInOneGo === true || model.hear ? 0 : wholeRuns(this.prompt.length - 1);
    if (!model.resume) return 0;
    const told = guide.begin();
    if (composed > 0 || model.hear) return model.resume(ids.slice(0, told + 1));
    const known = wholeRuns(commonLength(formerRuns, ids));
    return model.resume(ids.slice(0, Math.min(told, known) + 1), chunkTokens);
  }

  private passageWish(bias: number): UnitWishes['repetition'] {
    const { attribute, passages } = this;
    const passage = bias === 0 ? undefined : passages.passage(attribute);
    return passage && {
      bias: passageBias(bias, passage),
      idOf: ({ path, choice }) => passages.idAfter(passage, path.length, choice.attribute),
    };
  }

  private beatsPerId({ choice, path }: UnitState, reach: OnsetReach): Beats {
    const { grammar } = this.tokenizer;
    const decoder = this.decoder.clone();
    let state = this.currentState;
    for (const token of path) {
      state = grammar.advance(state, token);
      decoder.push(token);
    }
    return reach.beatsPerId(choice.ids, state, decoder);
  }

  private async run(count: number): Promise<Float32Array> {
    const left = count - (await this.readUpToLastTurn(count));
    const logits = await this.path.extend(this.unread.slice(0, left));
    this.unread.splice(0, left);
    return logits;
  }

  private async readOnly(count: number): Promise<void> {
    const left = count - (await this.readUpToLastTurn(count));
    await readIds(this.model, this.unread.slice(0, left));
    this.unread.splice(0, left);
  }

  /** Whether ids can be read before it is known what comes next. */
  private get readsAhead(): boolean {
    const { readsInOneGo, steer, memory } = this.model;
    return readsInOneGo !== true && !steer && !memory;
  }

  /** Of the next so many ids, reads those that are read under earlier wishes than the last. Returns how many these were. */
  private async readUpToLastTurn(count: number): Promise<number> {
    if (!this.model.steer && !this.model.memory) return 0;
    const runs = await this.guide.prepare(this.unread.slice(0, count), this.path.mark().tokens);
    const read = runs.reduce((sum, length) => sum + length, 0);
    this.otherRuns += runs.length;
    this.unread.splice(0, read);
    return read;
  }
}

/** What the grammar allows, but for the end of the stream. */
export function allowNext(
  { grammar, vocabulary }: Tokenizer,
  state: GrammarState,
  constraint: MusicConstraint,
  allowed: AllowedTokens,
): void {
  grammar.allow(state, constraint, allowed);
  if (allowed.count > 1) allowed.keep((index) => allowed.ids[index] !== vocabulary.end);
}

/** Of so many ids, those that are read in whole runs. */
function wholeRuns(count: number): number {
  return Math.floor(count / chunkTokens) * chunkTokens;
}

function commonLength(one: readonly number[], other: readonly number[]): number {
  const end = Math.min(one.length, other.length);
  let length = 0;
  while (length < end && one[length] === other[length]) length += 1;
  return length;
}

