import { join } from 'node:path';
import type { Composer } from '../../../src/engine/contracts/composer.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { Tokenizer } from '../../../src/engine/contracts/tokenizer.js';
import type { Voice, VoiceRequest, VoiceSource } from '../../../src/engine/deck/voice.js';
import type { ComposerRecipe, TokenRecipe } from '../../../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { shiftPastIntoModelKey, transposeNote } from '../../../src/engine/generation/model-key.js';
import { PromptWriter } from '../../../src/engine/generation/prompt-writer.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import type { Score } from '../../../src/engine/music/score.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';

/** What a pack allows its model to be told; all shipped ones say so. */
const usualPromptTokens = 512;

/** Remembers every id that it was given since its context was empty. */
class TellingModel extends NullLanguageModel {
  ids: number[] = [];

  override async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    const { tokens: length } = this.mark();
    this.ids = [...this.ids.slice(0, length), ...Array.from(tokens)];
    return super.extend(tokens);
  }
}

/** One swap's newcomer: what it was primed with, and what its model was told of that. */
export interface Prompted {
  readonly pack: string;
  readonly history: Score;
  readonly atBeat: number;
  /** Notes of the history as the pack's format says them, in the pack's key; `undefined` where a pack has no format. */
  readonly told?: readonly Note[];
  /** Semitones from the history to the pack's key. */
  readonly shift: number;
  /** Channels the pack writes; empty: any. */
  readonly channels: readonly number[];
  /** Whether the model's context began with exactly those ids when it had composed. */
  wasRead(): boolean;
}

/** The shipped packs with their own tokenizers, options and rules; in the place of their nets is a model without weights that tells what it reads. */
export class PromptedVoices implements VoiceSource {
  readonly fallback = undefined;
  readonly prompted: Prompted[] = [];

  private constructor(private readonly shelf: PackShelf) {}

  static async open(): Promise<PromptedVoices> {
    const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);
    await shelf.read();
    return new PromptedVoices(shelf);
  }

  get names(): readonly string[] {
    return this.shelf.list().map(({ name }) => name);
  }

  async open({ pack }: VoiceRequest): Promise<Voice> {
    const taken = await this.shelf.take(pack);
    const recipe = toRecipe(taken, { provider: 'cpu', threads: 1 });
    const composer = recipe.kind === 'token' ? await this.tokenComposer(pack, recipe) : await this.plainComposer(pack, recipe);
    await composer.prepare();
    return { pack, composer, sampling: taken.sampling };
  }

  close(): void {
    this.shelf.close();
  }

  private async plainComposer(pack: string, recipe: ComposerRecipe): Promise<Composer> {
    const composer = await makeComposer(recipe, () => undefined);
    return this.watched(composer, (history, atBeat) => this.prompted.push({ pack, history, atBeat, shift: 0, channels: [], wasRead: () => true }));
  }

  private async tokenComposer(pack: string, recipe: TokenRecipe): Promise<Composer> {
    const { implementation, options, files } = recipe.tokenizer;
    const tokenizer = await (await loadInContainer({ implementation }, { options, files })).getAsync<Tokenizer>(Tokenizer);
    const { promptTokens = usualPromptTokens } = recipe.generation;
    const model = new TellingModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens: promptTokens * 2 });
    const writer = new PromptWriter(tokenizer, recipe.generation, promptTokens);
    return this.watched(new TokenComposer(tokenizer, model, recipe), (history, atBeat) => {
      const shift = recipe.generation.keyNormalised ? shiftPastIntoModelKey(history.notes, atBeat, 0) : 0;
      const { tokens, originBeat } = writer.write({ ...history, notes: history.notes.map((note) => transposeNote(note, shift)) }, atBeat);
      const decoder = tokenizer.startDecoder(originBeat);
      const told = [...tokens, ...endOf(tokenizer)].flatMap((token) => decoder.push(token)).flatMap((event) => (event.type === 'note' ? [event.note] : []));
      const channels = recipe.generation.tracks.map(({ channel }) => channel);
      this.prompted.push({ pack, history, atBeat, told, shift, channels, wasRead: () => tokens.every((id, index) => model.ids[index] === id) });
    });
  }

  private watched(composer: Composer, onPrime: (history: Score, atBeat: number) => void): Composer {
    return {
      prepare: () => composer.prepare(),
      prime: (history, atBeat, awaited) => {
        onPrime(history, atBeat);
        return composer.prime(history, atBeat, awaited);
      },
      compose: (untilBeat, controls, stopped) => composer.compose(untilBeat, controls, stopped),
      rewind: (toBeat, awaited) => composer.rewind(toBeat, awaited),
      dispose: () => composer.dispose(),
    };
  }
}

/** Formats that tell a beat's notes when the beat is over are told that it is. */
function endOf({ vocabulary }: Tokenizer): readonly number[] {
  return vocabulary.end === undefined ? [] : new Array<number>(vocabulary.rowWidth).fill(vocabulary.end);
}
