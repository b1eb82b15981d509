import type { ComposeControls, ComposedSpan, Composer, NoteAnswer, NoteQuestion } from '../contracts/composer.js';
import type { LanguageModel } from '../contracts/language-model.js';
import type { DecodedEvent, Tokenizer } from '../contracts/tokenizer.js';
import { ContinuoError } from '../errors.js';
import { compareNotes, type Note } from '../music/note.js';
import { emptyScore, type ProgramMark, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { ComposerMemory } from './composer-memory.js';
import type { TokenRecipe } from './composer-recipe.js';
import { ComposingRules } from './composing-rules.js';
import { ContextRoom } from './context-room.js';
import { eventBeat } from './event-beat.js';
import { Foresight } from './foresight.js';
import { GoalPlace } from './goal-place.js';
import { shiftPastIntoModelKey, transposeNote } from './model-key.js';
import { firstNote } from './note-search.js';
import { PromptWriter } from './prompt-writer.js';
import { GrammarSampler } from './sampling/grammar-sampler.js';
import { Take } from './take.js';
import { TokenStream } from './token-stream.js';
import { whyNotLive } from './tokenizer-lacks.js';

/** Ids of prompt where neither the pack nor the context sets a limit. */
const usualPromptTokens = 1024;

/**
 * Composes with any tokenizer and any language model. What comes out hangs on seed, history and controls alone, not on
 * the spans it is asked for in, nor on anything composed and taken back.
 *
 * Thread: the inference worker. Blocks: prepare, prime and compose, for as long as the model runs.
 * Errors: those of the model and the tokenizer; `composerStalled` when time stands still.
 */
export class TokenComposer implements Composer {
  private readonly stream: TokenStream;
  private readonly writer: PromptWriter;
  private readonly foresight: Foresight;
  private readonly goalPlace: GoalPlace;
  private readonly memory = new ComposerMemory();
  private readonly room: ContextRoom;
  private take: Take | undefined;
  /** Events that are certain and not given out yet, in the model's key; formats of bars tell track after track. */
  private pending: DecodedEvent[] = [];
  private position: Beats = 0;
  private primedBeat: Beats = 0;
  private keySemitones = 0;
  /** Programs of the pack's parts that the history does not set, and the beat they belong to. */
  private opening: readonly ProgramMark[] = [];

  constructor(
    tokenizer: Tokenizer,
    private readonly model: LanguageModel,
    private readonly recipe: Pick<TokenRecipe, 'generation' | 'sampling'>,
  ) {
    const { vocabulary } = tokenizer;
    if (vocabulary.size !== model.vocabularySize) {
      throw new ContinuoError('badPack', `the tokenizer has ${vocabulary.size} ids and the model ${model.vocabularySize}: they do not belong together; correct the options in pack.json`);
    }
    const reason = whyNotLive(tokenizer);
    if (reason !== undefined) throw new ContinuoError('badPack', `the pack ${reason}`);
    this.stream = new TokenStream(tokenizer, model);
    const promptTokens = promptLimit(recipe.generation.promptTokens, model.contextTokens);
    this.room = new ContextRoom(model.contextTokens, promptTokens, vocabulary.rowWidth);
    this.writer = new PromptWriter(tokenizer, recipe.generation, promptTokens);
    this.foresight = new Foresight(tokenizer, model, this.writer);
    this.goalPlace = new GoalPlace(model, this.writer);
  }

  async prepare(): Promise<void> {
    await this.model.prepare();
    const sampler = new GrammarSampler(this.model.vocabularySize);
    this.take = new Take(this.stream, sampler, this.writer, this.room);
    await this.prime(emptyScore, 0);
  }

  async prime(history: Score, atBeat: Beats, awaited = neverAwaited): Promise<void> {
    const { keyNormalised } = this.recipe.generation;
    const shift = keyNormalised ? shiftPastIntoModelKey(history.notes, atBeat, this.keySemitones) : 0;
    this.memory.replace({ ...history, notes: history.notes.map((note) => transposeNote(note, shift)) }, atBeat);
    this.opening = this.openingPrograms(history, atBeat);
    this.primedBeat = atBeat;
    this.prepared().recalls.clear();
    await this.open(atBeat, awaited);
  }

  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const take = this.prepared();
    const started = process.hrtime.bigint();
    const { runs } = this.stream;
    const fromBeat = this.position;
    const rules = new ComposingRules(this.recipe, controls);
    rules.place = await this.goalPlace.of(controls.goal, rules.shift, this.memory.score);
    this.room.use(controls.contextShare ?? 1);
    this.keySemitones = controls.keySemitones;
    while (take.frontierBeat < untilBeat && !stopped()) {
      this.pending.push(...(await this.step(rules)));
    }
    this.position = Math.max(fromBeat, Math.min(untilBeat, take.frontierBeat));
    return {
      fromBeat,
      untilBeat: this.position,
      ...this.deliver(rules.shift),
      tokens: this.stream.runs - runs,
      micros: Number(process.hrtime.bigint() - started) / 1000,
      link: this.model.link?.(),
      contextTokens: this.room.tokens,
    };
  }

  async nextNote({ fromBeat, untilBeat }: NoteQuestion, controls: ComposeControls, awaited = neverAwaited): Promise<NoteAnswer> {
    const take = this.prepared();
    this.keySemitones = controls.keySemitones;
    this.memory.forgetFrom(this.primedBeat);
    this.pending = [];
    this.position = fromBeat;
    if (!(await take.reopen(fromBeat, awaited))) return { isInterrupted: true };
    const rules = new ComposingRules(this.recipe, controls);
    const { stream } = this;
    const answer = await firstNote(
      {
        get decoder() {
          return stream.decoder;
        },
        step: (asked) => this.step(asked, false),
      },
      { fromBeat, untilBeat, rules, only: (note) => new ComposingRules(this.recipe, onlyNote(controls, transposeNote(note, rules.shift))) },
      awaited,
    );
    return answer.note ? { note: transposeNote(answer.note, rules.shift) } : answer;
  }

  async rewind(toBeat: Beats, awaited = neverAwaited): Promise<void> {
    const take = this.prepared();
    if (toBeat > take.frontierBeat) return;
    this.memory.forgetFrom(toBeat);
    if (!take.takeBack(toBeat)) return this.open(toBeat, awaited);
    this.pending = this.pending.filter((event) => eventBeat(event) < toBeat);
    this.position = Math.min(this.position, toBeat);
    this.announceParts(toBeat);
  }

  async keepState(beat: Beats): Promise<Float32Array | undefined> {
    return this.prepared().stateAt(beat);
  }

  async recallState(state: Float32Array, amount: number): Promise<void> {
    const take = this.prepared();
    const numbers = this.stream.snapshot()?.length ?? 0;
    if (state.length !== numbers) {
      throw new ContinuoError('badValue', `the state has ${state.length} numbers and the memory of this model ${numbers}: it is not of this model; keep one anew`);
    }
    await this.rewind(this.position);
    take.recalls.add(this.position, state, amount);
  }

  async foresee(following: readonly Note[], untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<number | undefined> {
    const { constraint: { eventKinds, channels }, shift } = new ComposingRules(this.recipe, controls);
    const notes = following.map((note) => transposeNote(note, -shift));
    const expectation = { past: this.memory.score, following: notes, atBeat: this.position, untilBeat, constraint: { eventKinds, channels } };
    return this.prepared().lend(() => this.foresight.of(expectation, stopped));
  }

  async dispose(): Promise<void> {
    this.take = undefined;
    await this.model.dispose();
  }

  private async step(rules: ComposingRules, inUnits = true): Promise<readonly DecodedEvent[]> {
    const events = await this.prepared().step(rules, () => this.memory.score, inUnits);
    for (const event of events) this.memory.add(event);
    return events;
  }

  private async open(atBeat: Beats, awaited: () => boolean): Promise<void> {
    this.pending = [];
    this.position = atBeat;
    this.announceParts(atBeat);
    await this.prepared().open(this.memory.score, atBeat, awaited);
  }

  /** Gives out the programs of the pack's parts when everything from `beat` on is new. */
  private announceParts(beat: Beats): void {
    const due = this.opening.filter((mark) => mark.beat >= beat);
    this.pending.unshift(...due.map((mark) => ({ type: 'program', mark: { ...mark, beat } }) as const));
  }

  private deliver(shift: number): Pick<ComposedSpan, 'notes' | 'programs' | 'controls' | 'tempos'> {
    const due = this.pending.filter((event) => eventBeat(event) < this.position);
    this.pending = this.pending.filter((event) => eventBeat(event) >= this.position);
    return {
      notes: due.flatMap((event) => (event.type === 'note' ? [transposeNote(event.note, shift)] : [])).sort(compareNotes),
      programs: due.flatMap((event) => (event.type === 'program' ? [event.mark] : [])),
      controls: due.flatMap((event) => (event.type === 'control' ? [event.mark] : [])),
      tempos: due.flatMap((event) => (event.type === 'tempo' ? [event.mark] : [])),
    };
  }

  private openingPrograms(history: Score, atBeat: Beats): readonly ProgramMark[] {
    const { tracks } = this.recipe.generation;
    const ofTracks = tracks.flatMap(({ channel, program }) => (program === undefined ? [] : [{ beat: atBeat, channel, program }]));
    const ofSetup = this.writer.setupEvents().flatMap((event) => (event.type === 'program' ? [{ ...event.mark, beat: atBeat }] : []));
    const inForce = new Map(history.programs.filter((mark) => mark.beat < atBeat).map((mark) => [mark.channel, mark.program]));
    return (ofTracks.length > 0 ? ofTracks : ofSetup).filter((mark) => inForce.get(mark.channel) !== mark.program);
  }

  private prepared(): Take {
    if (this.take) return this.take;
    throw new ContinuoError('modelFailed', 'the composer was not prepared, or was disposed of; call prepare first');
  }
}

/** Nothing but this note, as it sounds, and for as long as it likes. */
function onlyNote(controls: ComposeControls, { pitch, velocity }: Note): ComposeControls {
  const { durationRange, channels, eventKinds, tempo, meter } = controls.constraint;
  const [pitchRange, velocityRange] = [pitch, velocity].map((each) => ({ low: each, high: each }));
  return { ...controls, constraint: { durationRange, velocityRange, channels, eventKinds, tempo, meter, pitchRange, maximumRestBeats: Infinity } };
}

function neverAwaited(): boolean {
  return false;
}

/** At most three quarters of the context, so that there is room to go on. */
function promptLimit(wanted: number | undefined, contextTokens: number): number {
  const half = contextTokens === Infinity ? usualPromptTokens : Math.floor(contextTokens / 2);
  return Math.min(wanted ?? half, Math.floor(contextTokens * 0.75));
}
