import type { ModelSteering } from '../../../engine/contracts/model-steering.js';
import type { ControlValues, ToldControls } from './control-feed.js';
import type { MambaResult } from './phrase-nets.js';

/**
 * A bar of the stream and all that decides how it goes on. Marks keep bars: nothing in one is ever changed, but for what is
 * worked out once and is the same whenever it is, and for ids at the end of its phrase, which a rewind takes away again.
 */
export interface Bar {
  /** Bars before it in the stream. */
  readonly index: number;
  /** Memory at the bar line; at the start of a stream nobody has an opinion on codes yet. */
  readonly memory: Pick<MambaResult, 'state'> & Partial<MambaResult>;
  /** What the net was told last; undefined where all must be told now. */
  readonly lastTold: ControlValues | undefined;
  /** Wishes in force where the bar began. */
  readonly steering: ModelSteering;
  readonly told: ToldControls;
  /** Ids behind the head of the bar. */
  readonly ids: number[];
  /** Where the bar before it is in the space of bars; absent at the start of a stream. */
  readonly before?: Float32Array;
  /** Memory after the controls, and all that were told by then. */
  opening?: { readonly memory: MambaResult; readonly told: ControlValues };
  /** What the decoder writes the phrase from. */
  latent?: Float32Array;
}
