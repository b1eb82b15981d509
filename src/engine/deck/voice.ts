import type { Composer, SamplingControls } from '../contracts/composer.js';
import type { ContinuoError } from '../errors.js';
import type { Micros } from '../music/units.js';
import type { TakeLog } from './take-log.js';

/** A pack that is to be opened. */
export interface VoiceRequest {
  readonly pack: string;
  /** On this computer's own processor, whatever is set: where the device has been lost. */
  readonly onCpu?: boolean;
  /** Nothing else can play: it is loaded with the priority of the programs around it, until it has composed once. */
  readonly urgent?: boolean;
}

/** A pack that has been verified, loaded and warmed up, ready to be primed. */
export interface Voice extends VoiceRequest {
  readonly composer: Composer;
  /** What the pack recommends; the performer's own settings go before it. */
  readonly sampling: Partial<SamplingControls>;
  /** Whether the bars of its music can be made the host's. Default: not. */
  readonly keepsMeter?: boolean;
  /** Fields of the constraint that it keeps, and its capabilities of choosing by itself. Default: that is not known. */
  readonly keeps?: readonly string[];
  /** Styles the pack can be asked for. Default: none. */
  readonly styles?: readonly string[];
  /** What can go on where the voice's device or server is lost, the best first. Default: nothing can. */
  readonly substitutes?: readonly VoiceRequest[];
  /** It takes next to nothing of this machine: it has no weights, or computes elsewhere. Default: it takes its share. */
  readonly isLight?: boolean;
  /** How long it took last to hear the deck's past and to write past a boundary, where it has done so before. */
  readonly readyMicros?: Micros;
  /** The take that it writes. Default: that is not known. */
  readonly take?: TakeLog;
  /** Of a loop that stands for the pack: how many bars it repeats. Default: the pack itself plays. */
  readonly loopBars?: number;
  /** Resolves once what the voice has lost can be had again; rejects when `signal` is aborted. Default: it never can. */
  readonly awaitReturn?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Opens packs. Errors: `unknownPack`, `badPack`, `modelFailed`, `deviceUnavailable`, `deviceLost`.
 * `onFailure` is called once if the voice dies later, by itself.
 */
export interface VoiceSource {
  open(request: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice>;
  /** A pack that needs no files and can always play, where there is one. */
  readonly fallback: string | undefined;
  /** What is known of a pack before it is opened. Default: nothing. Errors: `unknownPack`, `badPack`. */
  appraise?(request: VoiceRequest): Promise<Appraisal>;
}

/** What opening a pack now would come to. */
export interface Appraisal {
  /** Bytes its voice takes while it is loaded, at most. */
  readonly loadingBytes: number;
  /** Bytes its voice takes while it waits. */
  readonly waitingBytes: number;
  /** Differs where a voice that was opened before is not what would be opened now: other files, another device. */
  readonly edition: string;
}
