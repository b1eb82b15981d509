import { chooses, chosenAttributes, foresees, keptFields } from './contracts/constraint-capabilities.js';
import type { TokenAttribute } from './contracts/tokenizer.js';
import type { AwaitReturn } from './contracts/plugin.js';
import type { Appraisal, Voice, VoiceRequest, VoiceSource } from './deck/voice.js';
import { checkMemory, graphBytes, memoryNeed, memoryRoom, waitingNeed } from './capacity/memory-room.js';
import { capacitySentence, checkCapacity, tryOut } from './capacity/playing-capacity.js';
import { ContinuoError } from './errors.js';
import type { InferenceRuntimeOptions } from './generation/composer-recipe.js';
import { WorkerComposer } from './generation/worker-composer.js';
import { weightless } from './packs/built-in-packs.js';
import type { PackShelf } from './packs/pack-shelf.js';
import type { Pack } from './packs/pack.js';
import { toRecipe } from './packs/recipe.js';

/** Models with larger graphs are tried out before they may play: a smaller one's speed is known within its first beats. */
const largeBytes = 64 * 2 ** 20;

/** Opens packs of the shelf, each in a worker of its own. Thread: main. Blocks: no. */
export class PackVoices implements VoiceSource {
  private readonly opening = new Set<WorkerComposer>();
  private isClosed = false;

  constructor(
    private readonly shelf: PackShelf,
    /** Asked at every opening: what the performer has chosen by then. */
    private readonly inference: () => InferenceRuntimeOptions,
    private readonly onNotice: (sentence: string) => void,
  ) {}

  get fallback(): string | undefined {
    return this.shelf.fallback;
  }

  async appraise({ pack: name, onCpu = false }: VoiceRequest): Promise<Appraisal> {
    const pack = await this.shelf.take(name);
    const runtime = this.inference();
    const provider = onCpu ? 'cpu' : runtime.provider;
    const loadingBytes = provider === 'auto' || provider === 'cpu' ? memoryNeed(pack) : 0;
    return { loadingBytes, waitingBytes: waitingNeed(pack), edition: editionOf(pack, { ...runtime, provider }) };
  }

  /** A device that is lost while the model warms up is given up for the CPU, where the performer does not insist on it. */
  async open({ pack: name, onCpu = false, urgent = false }: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const pack = await this.shelf.take(name);
    const runtime = this.inference();
    try {
      return await this.prepared(pack, { ...runtime, provider: onCpu ? 'cpu' : runtime.provider }, onFailure, urgent);
    } catch (cause) {
      const error = ContinuoError.from(cause, 'modelFailed');
      if (error.errorName !== 'deviceLost' || onCpu || runtime.provider !== 'auto' || pack.fallback !== undefined) throw error;
      this.onNotice(`${name} is loaded on the CPU: ${error.message}`);
      return this.prepared(pack, { ...runtime, provider: 'cpu' }, onFailure, urgent);
    }
  }

  /** Opens nothing any more; what is being opened is given up as soon as it can be. */
  close(): void {
    this.isClosed = true;
    for (const composer of this.opening) void composer.dispose();
  }

  /** `urgent`: a deck has nothing else to play, and cannot wait to hear how fast it is. */
  private async prepared(
    pack: Pack,
    runtime: InferenceRuntimeOptions,
    onFailure: (error: ContinuoError) => void,
    urgent: boolean,
  ): Promise<Voice> {
    const { name } = pack.summary;
    if (runtime.provider === 'auto' || runtime.provider === 'cpu') checkMemory(pack, memoryRoom());
    if (this.isClosed) throw new ContinuoError('modelFailed', `${name} is not loaded: Continuo ends.`);
    const composer = new WorkerComposer(toRecipe(pack, runtime), onFailure, this.onNotice, { urgent });
    this.opening.add(composer);
    try {
      await composer.prepare();
      if (!urgent && graphBytes(pack) > largeBytes) await this.tried(pack, composer);
    } finally {
      this.opening.delete(composer);
    }
    const onCpu = runtime.provider === 'cpu';
    return {
      pack: name,
      onCpu,
      composer,
      sampling: pack.sampling,
      isLight: isLight(pack),
      keepsMeter: keepsMeter(pack),
      keeps: ablenessOf(pack),
      styles: pack.summary.styles,
      substitutes: this.substitutesFor(pack, onCpu),
      awaitReturn: awaitReturnOf(pack, runtime),
    };
  }

  /** Tells what a large pack can hold here, or refuses it where that is next to nothing. */
  private async tried({ summary, sampling, usualNotesPerBeat }: Pack, composer: WorkerComposer): Promise<void> {
    try {
      const ground = { pack: summary.name, usualNotesPerBeat, ...(await tryOut(composer, sampling)) };
      checkCapacity(ground);
      this.onNotice(capacitySentence(ground));
    } catch (cause) {
      await composer.dispose();
      throw cause;
    }
  }

  /** The pack that its manifest names, then the same pack on the CPU; for one that computes elsewhere what always can. */
  private substitutesFor({ summary, fallback, composition }: Pack, onCpu: boolean): readonly VoiceRequest[] {
    const named = fallback === undefined ? [] : [{ pack: fallback }];
    if (composition.kind === 'tokens' && composition.model.plugin.capabilities.includes(weightless)) {
      return [...named, ...(this.fallback === undefined ? [] : [{ pack: this.fallback }])];
    }
    return [...named, ...(onCpu ? [] : [{ pack: summary.name, onCpu: true }])];
  }
}

/** Changes with the pack's files and settings, and with what it would be loaded on. */
function editionOf({ composition, sampling, generation, files }: Pack, runtime: InferenceRuntimeOptions): string {
  const uses = composition.kind === 'tokens' ? [composition.tokenizer, composition.model] : [composition.composer];
  return JSON.stringify([uses.map(({ plugin, options }) => [plugin.name, options]), sampling, generation, files, runtime]);
}

/** What a performer can wish of a pack: what its format can say, less what its model was not made to write. */
export function ablenessOf(pack: Pick<Pack, 'composition' | 'generation'>): readonly string[] {
  const { composition, generation } = pack;
  const { plugin, options } = composition.kind === 'composer' ? composition.composer : composition.tokenizer;
  const lacking = plugin.lacks?.(options, generation.events) ?? [];
  const capabilities = plugin.capabilities.filter((word) => !lacking.includes(word));
  const chosen = chooses(...(chosenAttributes(capabilities) as readonly TokenAttribute[]));
  if (composition.kind === 'composer') return [...keptFields(capabilities), ...chosen];
  return [...keptFields(capabilities).filter((field) => field !== 'meter' || keepsMeter(pack)), ...chosen, foresees];
}

/** Whether the pack's plugin has no weights here: it computes elsewhere, or next to nothing. */
function isLight({ composition }: Pack): boolean {
  const { plugin } = composition.kind === 'tokens' ? composition.model : composition.composer;
  return plugin.capabilities.includes(weightless);
}

/** Whether a pack's format says meters and its model may write them. */
function keepsMeter({ composition, generation: { events } }: Pick<Pack, 'composition' | 'generation'>): boolean {
  if (composition.kind !== 'tokens' || (events.length > 0 && !events.includes('meter'))) return false;
  return keptFields(composition.tokenizer.plugin.capabilities).includes('meter');
}

/** How to wait for what the pack computes on, where its plugin knows. */
function awaitReturnOf({ composition }: Pack, { allowedHosts = [] }: InferenceRuntimeOptions): Voice['awaitReturn'] {
  const { plugin, options, files } = composition.kind === 'tokens' ? composition.model : composition.composer;
  const { recovery } = plugin;
  if (recovery === undefined) return undefined;
  return async (signal) => {
    const { default: awaitReturn } = (await import(recovery)) as { default: AwaitReturn };
    await awaitReturn({ options, files, allowedHosts }, signal);
  };
}
