import type { ContinuoError } from '../errors.js';
import type { DeckDependencies } from './deck-dependencies.js';
import type { Rescue } from './rescue.js';
import type { ReturnWatch } from './return-watch.js';
import type { Voice, VoiceRequest } from './voice.js';

/** Says what may take the place of a voice that died or lost its device, and counts how often that was so. Thread: main. */
export class Substitution {
  private failures = 0;
  private lossCount = 0;

  constructor(
    private readonly deck: number,
    private readonly parts: Pick<DeckDependencies, 'voices' | 'emit'>,
    private readonly rescue: Rescue,
    private readonly returnWatch: ReturnWatch,
  ) {}

  /** Times the device or the server of a voice was lost. */
  get losses(): number {
    return this.lossCount;
  }

  get wasNeeded(): boolean {
    return this.failures + this.lossCount > 0;
  }

  /** The voice that plays has proven itself. */
  settled(): void {
    this.failures = 0;
  }

  /** The best first. */
  candidatesFor(voice: Voice, { errorName }: ContinuoError): readonly VoiceRequest[] {
    return errorName === 'deviceLost' ? this.afterLoss(voice) : this.afterFailure(voice);
  }

  /** The same pack is loaded again once, then the one that always works. */
  private afterFailure({ pack, onCpu }: Voice): readonly VoiceRequest[] {
    this.failures += 1;
    const { fallback } = this.parts.voices;
    const last = fallback === undefined ? [] : [{ pack: fallback }];
    return this.failures > 1 ? last : [{ pack, onCpu }, ...last];
  }

  private afterLoss(voice: Voice): readonly VoiceRequest[] {
    this.lossCount += 1;
    this.returnWatch.start(voice);
    const substitutes = this.rescue.substitutesFor(voice);
    if (substitutes.length > 0) {
      const [{ pack, onCpu }] = substitutes;
      const next = `${pack}${onCpu ? ' on the CPU' : ''}`;
      this.parts.emit({ type: 'notice', sentence: `Deck ${this.deck} has lost what ${voice.pack} ran on and goes on with ${next}.` });
    }
    return substitutes;
  }
}
