import type { ComposeControls, ComposedSpan, Composer } from '../../../src/engine/contracts/composer.js';
import { steers } from '../../../src/engine/deck/deck-controls.js';
import type { Voice, VoiceSource } from '../../../src/engine/deck/voice.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { compareNotes, type Note } from '../../../src/engine/music/note.js';
import type { Score } from '../../../src/engine/music/score.js';
import type { ParameterValue, ValueParameter } from '../../../src/engine/parameters/parameter.js';
import { parameterTable } from '../../../src/engine/parameters/table.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';

/** Onsets in a beat: on no grid that there is, so that every grid moves some. */
const onsetsPerBeat = 5;
const memoryNotes = 3;
const hair = 1e-6;

/** A composer of which every note hangs on all that it is asked under, told and given, on what it wrote before, and on nothing else. */
export class WilfulComposer implements Composer {
  private past = 0;
  private position = 0;
  private notes: Note[] = [];
  private states: { readonly beat: number; readonly sum: number }[] = [];

  async prepare(): Promise<void> {
    // There is nothing to load.
  }

  async prime(history: Score, atBeat: number): Promise<void> {
    this.past = hash(history.notes.slice(-8).map(({ pitch, beat }) => [pitch, beat]));
    this.position = atBeat;
    this.notes = [];
    this.states = [];
  }

  async compose(untilBeat: number, { constraint: { forcedNotes = [], ...constraint }, ...controls }: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const fromBeat = this.position;
    const from = this.notes.length;
    if (!stopped()) {
      for (let step = Math.ceil(fromBeat * onsetsPerBeat - hair); step / onsetsPerBeat < untilBeat - hair; step += 1) {
        const beat = step / onsetsPerBeat;
        const near = forcedNotes.filter((note) => note.beat > beat - hair && note.beat < beat + 2 - hair).map((note) => [note.pitch, Math.round((note.beat - beat) / hair)]);
        const state = this.states.findLast((each) => each.beat <= beat)?.sum ?? 0;
        const sum = hash([controls, constraint, near, state, this.past, step, this.notes.slice(-memoryNotes).map(({ pitch }) => pitch)]);
        this.notes.push({ beat, duration: 0.1 + (sum % 7) / 4, channel: sum % 3, pitch: 30 + (sum % 64), velocity: 40 + (sum % 80) });
      }
      this.position = Math.max(fromBeat, untilBeat);
    }
    return { fromBeat, untilBeat: this.position, notes: this.notes.slice(from).sort(compareNotes), programs: [], controls: [], tokens: 0, micros: 0 };
  }

  async rewind(toBeat: number): Promise<void> {
    this.position = Math.min(this.position, toBeat);
    this.notes = this.notes.filter(({ beat }) => beat < this.position - hair);
  }

  async keepState(): Promise<Float32Array> {
    return Float32Array.of(this.past, this.notes.length);
  }

  async recallState(state: Float32Array, amount: number): Promise<void> {
    this.states = [...this.states.filter(({ beat }) => beat < this.position), { beat: this.position, sum: hash([[...state], amount]) }];
  }

  /** What it says changes with the notes: each candidate is another. */
  async foresee(following: readonly Note[]): Promise<number> {
    return -(hash([following.length, this.notes.slice(-1).map(({ pitch }) => pitch)]) % 100);
  }

  async dispose(): Promise<void> {
    // There is nothing to free.
  }
}

/** Any composer, and all that it wrote and did not take back, in its own beats. */
export class JournalComposer implements Composer {
  written: readonly Note[] = [];
  readonly foresee: Composer['foresee'];
  readonly keepState: Composer['keepState'];
  readonly recallState: Composer['recallState'];

  constructor(private readonly composer: Composer) {
    this.foresee = composer.foresee?.bind(composer);
    this.keepState = composer.keepState?.bind(composer);
    this.recallState = composer.recallState?.bind(composer);
  }

  prepare(): Promise<void> {
    return this.composer.prepare();
  }

  prime(history: Score, atBeat: number, awaited?: () => boolean): Promise<void> {
    this.forgetFrom(atBeat);
    return this.composer.prime(history, atBeat, awaited);
  }

  async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await this.composer.compose(untilBeat, controls, stopped);
    this.written = [...this.written, ...span.notes];
    return span;
  }

  rewind(toBeat: number, awaited?: () => boolean): Promise<void> {
    this.forgetFrom(toBeat);
    return this.composer.rewind(toBeat, awaited);
  }

  dispose(): Promise<void> {
    return this.composer.dispose();
  }

  private forgetFrom(beat: number): void {
    this.written = this.written.filter((note) => note.beat < beat - hair);
  }
}

/** Something a performer does, after some beats. */
export interface Doing {
  readonly wait: number;
  readonly word: string;
  readonly values: readonly ParameterValue[];
}

/** A take that is performed, and can be replayed. */
export class PerformedTake {
  readonly journals: JournalComposer[] = [];
  private readonly offline: OfflineTake;
  private played = 0;
  private first: readonly string[] = [];
  private firstWritten: readonly string[] = [];

  constructor(voices: VoiceSource) {
    const open: VoiceSource['open'] = async (request, onFailure): Promise<Voice> => {
      const voice = await voices.open(request, onFailure);
      const composer = new JournalComposer(voice.composer);
      this.journals.push(composer);
      return { ...voice, composer };
    };
    this.offline = new OfflineTake({ fallback: undefined, open }, 120);
  }

  get take(): OfflineTake {
    return this.offline;
  }

  /** Plays a pack, and does all of this; what cannot be done at that moment is refused. Then it plays on to the beat. */
  async perform(pack: string, doings: readonly Doing[], untilBeat: number): Promise<void> {
    await this.offline.start(pack);
    for (const { wait, word, values } of doings) {
      await this.offline.playUntil(Math.min(untilBeat, this.offline.nowBeat + wait));
      await this.do(word, ...values);
    }
    await this.offline.playUntil(untilBeat);
    this.played = untilBeat;
    this.first = this.notes(0);
    this.firstWritten = this.written();
  }

  /** Does one thing; something wrong is told to whoever did it, and the music goes on. */
  async do(word: string, ...values: readonly ParameterValue[]): Promise<void> {
    const { offline } = this;
    if (word === 'heard') {
      const [pitch, duration] = values.map(Number);
      offline.ensemble.hearing.note('keys', { beat: offline.nowBeat - duration, duration, channel: 0, pitch, velocity: 90 });
      offline.ensemble.decks[0].advance();
      return;
    }
    const done = offline.parameters.write(`deck/1/${word}`, values, 'test').catch((cause: unknown) => {
      if (!(cause instanceof ContinuoError && cause.errorName === 'badValue')) throw cause;
    });
    await offline.ensemble.decks[0].settled();
    await done;
  }

  /** Has the take replayed; resolves when it has been, with the beat it began at. `meanwhile` is done so many beats after that. */
  async replay(meanwhile?: Doing): Promise<number> {
    const { offline } = this;
    const from = Math.ceil((offline.nowBeat + offline.parameters.number('commit')) / 4) * 4;
    await this.do('replay');
    if (meanwhile) {
      await offline.playUntil(from + meanwhile.wait);
      await this.do(meanwhile.word, ...meanwhile.values);
    }
    await offline.playUntil(from + this.played);
    return from;
  }

  /** What was played in the take. */
  get performed(): readonly string[] {
    return this.first;
  }

  /** What the composer wrote of the take, as it stood. */
  get wrote(): readonly string[] {
    return this.firstWritten;
  }

  /** How many notes begin in each beat, from the first on. */
  counts(): readonly number[] {
    const { notes } = this.offline.ensemble.decks[0].plan.from(0);
    return Array.from({ length: this.played }, (_unused, beat) => notes.filter((note) => Math.floor(note.beat + hair) === beat).length);
  }

  /** What plays from a beat on, for as long as the take. */
  notes(from: number): readonly string[] {
    const { notes } = this.offline.ensemble.decks[0].plan.from(from - hair);
    return notes.filter(({ beat }) => beat < from + this.played - hair).sort(compareNotes).map((note) => told(note, from));
  }

  /** What the composer has written of it by now. */
  written(): readonly string[] {
    const written = this.journals[0].written.filter(({ beat }) => beat < this.played - hair);
    return [...written].sort(compareNotes).map((note) => told(note, 0));
  }

  async end(): Promise<void> {
    await this.offline.end();
  }
}

/** A voice whose composer is {@link WilfulComposer}, and can all that there is. */
export const wilfulVoices: VoiceSource = {
  fallback: undefined,
  open: async () => ({ pack: 'wilful', composer: new WilfulComposer(), sampling: {}, keepsMeter: true, styles: ['ballad'] }),
};

/** Knobs of the table that change what is composed, at the places that they can stand at. */
export const takeKnobs: readonly ValueParameter[] = parameterTable
  .filter((entry): entry is ValueParameter => entry.kind === 'value' && entry.scope === 'deck' && entry.readOnly !== true)
  .filter(({ name }) => steers(name) || ['loop-limit', 'candidates', 'fill-candidates', 'follow-key', 'host-meter'].includes(name));

function told({ beat, duration, channel, pitch, velocity }: Note, from: number): string {
  return `${(beat - from).toFixed(6)} ${duration.toFixed(6)} ${channel} ${pitch} ${velocity}`;
}

/** 0 .. 2^31 - 1 */
function hash(value: unknown): number {
  let sum = 17;
  for (const character of JSON.stringify(value)) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 1;
  return sum >>> 0;
}
