import type { Configuration } from './configuration.js';
import type { Voice, VoiceSource } from './deck/voice.js';
import type { ContinuoError } from './errors.js';
import { WorkerComposer } from './generation/worker-composer.js';
import type { PackShelf } from './packs/pack-shelf.js';
import { toRecipe } from './packs/recipe.js';

/** Opens packs of the shelf, each in a worker of its own. Thread: main. Blocks: no. */
export class PackVoices implements VoiceSource {
  constructor(
    private readonly shelf: PackShelf,
    private readonly inference: Configuration['inference'],
    private readonly onNotice: (sentence: string) => void,
  ) {}

  get fallback(): string | undefined {
    return this.shelf.fallback;
  }

  async open(name: string, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const pack = await this.shelf.take(name);
    const composer = new WorkerComposer(toRecipe(pack, this.inference), onFailure, this.onNotice);
    await composer.prepare();
    return { pack: name, composer, sampling: pack.sampling };
  }
}
