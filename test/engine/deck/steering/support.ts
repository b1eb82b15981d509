import { SimulatedStage, type Work } from '../../../../bench/support/simulated-stage.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import type { Voice, VoiceSource } from '../../../../src/engine/deck/voice.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';

/** The null composer with a memory of what it was asked, and whatever else a test wants it to play. */
export class AskedComposer extends NullComposer {
  readonly asked: ComposeControls[] = [];

  constructor(private readonly plays: (note: Note, controls: ComposeControls) => Note = (note) => note) {
    super();
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.asked.push(controls);
    const span = await super.compose(untilBeat, controls, stopped);
    return { ...span, notes: span.notes.map((note) => this.plays(note, controls)) };
  }
}

export function voicesOf(composer: () => NullComposer, more: Partial<Voice> = {}): VoiceSource {
  return {
    fallback: undefined,
    open: async ({ pack }): Promise<Voice> => {
      const made = composer();
      await made.prepare();
      return { pack, composer: made, sampling: {}, ...more };
    },
  };
}

/** A take of a composer that is played offline, past its first beats. */
export async function takeOf(composer: () => NullComposer, more: Partial<Voice> = {}): Promise<OfflineTake> {
  const take = new OfflineTake(voicesOf(composer, more), 120);
  await take.start('asked');
  await take.playUntil(2.5);
  return take;
}

export const write = (take: OfflineTake | SimulatedStage, name: string, ...values: (number | string | boolean)[]): Promise<void> =>
  take.parameters.write(`deck/1/${name}`, values, 'test');

/** What plays in a bar of four beats, counted from its line. */
export function barOf(take: OfflineTake, number: number): readonly (readonly [beat: number, pitch: number])[] {
  const from = number * 4;
  const { notes } = take.ensemble.decks[0].plan.from(from);
  return notes.filter(({ beat }) => beat < from + 4).map(({ beat, pitch }) => [beat - from, pitch] as const);
}

/** A stage on which a beat of music takes so many milliseconds to compose. */
export function stageOf(voices: VoiceSource, millisecondsPerBeat: number): SimulatedStage {
  return new SimulatedStage(voices, 120, ({ beats, begins, method }: Work) => (method === 'compose' ? 1000 * ((begins ? 2 : 0) + millisecondsPerBeat * beats) : 1000));
}
