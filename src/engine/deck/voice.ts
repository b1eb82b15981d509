import type { Composer, SamplingControls } from '../contracts/composer.js';
import type { ContinuoError } from '../errors.js';

/** A pack that has been verified, loaded and warmed up, ready to be primed. */
export interface Voice {
  readonly pack: string;
  readonly composer: Composer;
  /** What the pack recommends; the performer's own settings go before it. */
  readonly sampling: Partial<SamplingControls>;
}

/**
 * Opens packs by name. Errors: `unknownPack`, `badPack`, `modelFailed`.
 * `onFailure` is called once if the voice dies later, by itself.
 */
export interface VoiceSource {
  open(pack: string, onFailure: (error: ContinuoError) => void): Promise<Voice>;
  /** A pack that needs no files and can always play, where there is one. */
  readonly fallback: string | undefined;
}
