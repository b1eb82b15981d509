import type { ComposeControls, ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { Appraisal, Voice, VoiceRequest, VoiceSource } from '../../../src/engine/deck/voice.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Note } from '../../../src/engine/music/note.js';
import type { Score } from '../../../src/engine/music/score.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';

/** The null composer on a channel of its own, with a memory of what it was primed with. */
export class NumberedComposer extends NullComposer {
  readonly primed: { readonly history: Score; readonly atBeat: number }[] = [];
  disposals = 0;

  constructor(
    private readonly channel: number,
    /** Lets it die, as a thread does. */
    readonly die: (error: ContinuoError) => void,
  ) {
    super();
  }

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.primed.push({ history, atBeat });
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    return super.compose(untilBeat, { ...controls, constraint: { ...controls.constraint, channels: [this.channel] } }, stopped);
  }

  override async dispose(): Promise<void> {
    this.disposals += 1;
    await super.dispose();
  }
}

/** Packs named by the channel they play on, of 100 MiB each; the pack `bad` cannot be opened. */
export class NumberedVoices implements VoiceSource {
  readonly fallback = '15';
  readonly opened: { readonly pack: string; readonly composer: NumberedComposer }[] = [];
  /** Changes when the packs on the shelf do. */
  edition = '';

  async appraise({ pack }: VoiceRequest): Promise<Appraisal> {
    if (pack === 'gone') throw new ContinuoError('unknownPack', 'There is no pack gone.');
    return { loadingBytes: 0, waitingBytes: 100 * 2 ** 20, edition: this.edition };
  }

  async open({ pack, onCpu }: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    if (pack === 'bad') throw new ContinuoError('badPack', 'The pack bad is damaged.');
    const composer = new NumberedComposer(Number(pack), onFailure);
    this.opened.push({ pack, composer });
    await composer.prepare();
    return { pack, onCpu, composer, sampling: {} };
  }

  /** How often each pack was loaded. */
  get loads(): readonly string[] {
    return this.opened.map(({ pack }) => pack);
  }

  /** The last composer of a pack. */
  composer(pack: string): NumberedComposer {
    const found = this.opened.findLast((each) => each.pack === pack);
    if (!found) throw new Error(`${pack} was not opened`);
    return found.composer;
  }
}

export interface NumberedTake {
  readonly voices: NumberedVoices;
  readonly offline: OfflineTake;
  readonly events: readonly EngineEvent[];
  /** What a performer does: an action or a value of deck 1. */
  write(word: string, ...values: (string | number)[]): Promise<void>;
  text(word: string): string;
}

/** A take of numbered packs that begins with pack 1. */
export async function numberedTake(): Promise<NumberedTake> {
  const voices = new NumberedVoices();
  const offline = new OfflineTake(voices, 120);
  const events: EngineEvent[] = [];
  offline.parameters.onEvent((event) => events.push(event));
  await offline.start('1');
  return {
    voices,
    offline,
    events,
    write: async (word, ...values) => {
      let pending = true;
      const done = offline.parameters.write(`deck/1/${word}`, values, 'test').finally(() => (pending = false));
      // A rejection is the caller's, after what the deck does meanwhile.
      done.catch(() => undefined);
      const [deck] = offline.ensemble.decks;
      await deck.settled();
      for (let turn = 0; pending && turn < 8; turn += 1) await new Promise(setImmediate);
      while (pending) await offline.playUntil(offline.nowBeat + 1);
      await done;
    },
    text: (word) => offline.parameters.text(`deck/1/${word}`),
  };
}

export const beatsOf = (notes: readonly Note[], channel: number): number[] => notes.filter((note) => note.channel === channel).map((note) => note.beat);
export const range = (from: number, until: number): number[] => Array.from({ length: until - from }, (_unused, index) => from + index);
