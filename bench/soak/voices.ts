import type { ComposeControls, ComposedSpan, Composer } from '../../src/engine/contracts/composer.js';
import { joinSpans } from '../../src/engine/deck/join-spans.js';
import type { Appraisal, Voice, VoiceRequest, VoiceSource } from '../../src/engine/deck/voice.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { NoteByNote } from '../../src/engine/generation/note-by-note.js';
import { makeComposer } from '../../src/engine/generation/make-composer.js';
import type { Score } from '../../src/engine/music/score.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../src/engine/packs/recipe.js';
import type { Clock } from '../../src/engine/time/clock.js';
import type { VirtualAlarms } from '../support/virtual-alarms.js';
import type { Chance } from './chance.js';
import { ScatterComposer } from './scatter-composer.js';

/** A pack that is none: its composer throws notes about. */
export const scatter = 'scatter';
/** A pack that never opens, and one that dies while it plays. */
export const broken = 'broken';
export const mortal = 'mortal';
/** How long a mortal lives on average. */
const meanLife: Micros = 20_000_000;

/** What thinking costs on the stage's clock: mostly little, now and then more than the music lasts. */
function thinkingMicros(chance: Chance): Micros {
  if (chance.happens(0.002)) return chance.between(500_000, 6_000_000);
  return chance.proportional(500, 80_000);
}

/** A voice that nobody has freed, and what it was asked for last. */
interface OpenVoice {
  readonly pack: string;
  readonly openedMicros: Micros;
  doing: string;
  sinceMicros: Micros;
}

/**
 * Voices that think for as long as chance says on a clock that waits for them. Weightless ones compose in this thread, so
 * that a day of them is cheap; `real` opens the others, each in a worker of its own, as on a stage.
 */
export class SoakVoices implements VoiceSource {
  readonly fallback = 'perlin';
  private readonly voices = new Set<OpenVoice>();
  private working = 0;
  private readonly onRest: (() => void)[] = [];

  constructor(
    private readonly real: VoiceSource,
    private readonly shelf: PackShelf,
    private readonly alarms: VirtualAlarms,
    private readonly chance: Chance,
    private readonly clock: Clock,
  ) {}

  /** Voices open now. */
  get count(): number {
    return this.voices.size;
  }

  /** Each voice that is open, in words. */
  get told(): readonly string[] {
    return [...this.voices].map(({ pack, openedMicros, doing, sinceMicros }) => `${pack}, opened at ${openedMicros / 1e6} s, ${doing} since ${sinceMicros / 1e6} s`);
  }

  /** Until nobody thinks in earnest: whoever still waits, waits for the stage's clock. */
  async idle(): Promise<void> {
    do {
      await new Promise(setImmediate);
      if (this.working > 0) await new Promise<void>((resolve) => this.onRest.push(resolve));
    } while (this.working > 0);
  }

  async open(request: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const voice = await this.lasting(() => this.opened(request, onFailure));
    if (request.pack === mortal) this.alarms.alarm(this.chance.wait(meanLife), () => onFailure(new ContinuoError('modelFailed', 'the mortal died')));
    return { ...voice, composer: this.timed(voice.composer, request.pack) };
  }

  /** A voice without weights takes what its thread would. */
  async appraise(request: VoiceRequest): Promise<Appraisal> {
    const { appraise } = this.real;
    if (![scatter, mortal, broken, this.fallback].includes(request.pack) && appraise) return this.inEarnest(() => appraise.call(this.real, request));
    return { loadingBytes: 0, waitingBytes: 24 * 2 ** 20, edition: '' };
  }

  private async opened(request: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const { pack } = request;
    if (pack === broken) throw new ContinuoError('badPack', 'the broken pack does not open');
    if (pack === scatter || pack === mortal) return { pack, composer: new ScatterComposer(this.chance.whole(1, 1e6)), sampling: {} };
    if (pack !== this.fallback) return this.real.open(request, onFailure);
    const recipe = toRecipe(await this.shelf.take(pack), { provider: 'cpu', threads: 1 });
    const composer = await makeComposer(recipe, () => undefined);
    await composer.prepare();
    return { pack, composer, sampling: {} };
  }

  /** What another thread or a file system does; the stage's clock stands meanwhile. */
  private async inEarnest<Result>(work: () => Promise<Result>): Promise<Result> {
    this.working += 1;
    return work().finally(() => this.rests());
  }

  private async lasting<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = await this.inEarnest(work);
    await new Promise<void>((wake) => this.alarms.alarm(thinkingMicros(this.chance), wake));
    return result;
  }

  private marks(open: OpenVoice, doing: string): void {
    open.doing = doing;
    open.sinceMicros = this.clock.now();
  }

  private rests(): void {
    this.working -= 1;
    if (this.working === 0) for (const resolve of this.onRest.splice(0)) resolve();
  }

  /** A composer whose work lasts; it composes beat by beat, so that it can be stopped on the way. Single notes as of its worker. */
  private timed(composer: Composer, pack: string): Composer {
    const open: OpenVoice = { pack, openedMicros: this.clock.now(), doing: 'opened', sinceMicros: this.clock.now() };
    this.voices.add(open);
    const doing = <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
      this.marks(open, what);
      return this.lasting(work).finally(() => this.marks(open, `done: ${what}`));
    };
    let position: Beats = 0;
    const noteByNote = new NoteByNote();
    const { keepState, recallState } = composer;
    const piece = async (untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> => {
      const span = await doing('compose', () => composer.compose(Math.min(untilBeat, position + 1), controls, stopped));
      position = span.untilBeat;
      return span;
    };
    return {
      prepare: () => composer.prepare(),
      prime: async (history: Score, atBeat: Beats) => {
        noteByNote.primed(atBeat);
        await doing('prime', () => composer.prime(history, atBeat));
        position = atBeat;
      },
      compose: async (untilBeat, controls, stopped) => {
        let span = await piece(untilBeat, controls, stopped);
        while (position < untilBeat && !stopped()) span = joinSpans(span, await piece(untilBeat, controls, stopped));
        return span;
      },
      nextNote: (question, controls, awaited = () => false) => doing('next note', () => noteByNote.next(composer, question, controls, awaited)),
      rewind: async (toBeat: Beats) => {
        await doing('rewind', () => composer.rewind(toBeat));
        position = Math.min(position, toBeat);
      },
      ...(keepState && { keepState: (beat: Beats) => doing('keep state', () => keepState.call(composer, beat)) }),
      ...(recallState && { recallState: (state: Float32Array, amount: number) => doing('recall state', () => recallState.call(composer, state, amount)) }),
      dispose: async () => {
        this.voices.delete(open);
        await this.inEarnest(() => composer.dispose());
      },
    };
  }
}
