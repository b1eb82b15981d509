import { ContinuoError } from '../errors.js';
import type { VoiceRequest } from './voice.js';

/** Which pack a deck plays and which one it played before, to come back to. Thread: main. */
export class PlayedPacks {
  private current: VoiceRequest | undefined;
  private former: VoiceRequest | undefined;

  constructor(private readonly deck: number) {}

  /** A pack has taken over. */
  add({ pack, onCpu }: VoiceRequest): void {
    if (this.current?.pack !== pack) this.former = this.current;
    this.current = { pack, onCpu };
  }

  /** The pack that played before the one that plays. Errors: `badValue` where there was none. */
  previous(): VoiceRequest {
    if (this.former) return this.former;
    throw new ContinuoError('badValue', `Deck ${this.deck} has played no other pack to come back to: load one first.`);
  }
}
