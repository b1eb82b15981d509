import { ContinuoError } from '../errors.js';
import { HotSwap, type SwapGround } from './hot-swap.js';
import type { Voice, VoiceRequest } from './voice.js';

/**
 * Lets something go on where a voice died or its device was lost: at the next beat that is not committed, one candidate
 * after the other. What was lost once is not tried again until the performer loads a pack, so that a rescue ends.
 * Thread: main. Blocks: no.
 */
export class Rescue {
  private swap: HotSwap | undefined;
  private readonly lost = new Set<string>();

  constructor(
    private readonly ground: SwapGround,
    private readonly report: (error: ContinuoError) => void,
  ) {}

  get underWay(): boolean {
    return this.swap !== undefined;
  }

  /** Whether something is to be done that does not wait for time to pass. */
  get working(): boolean {
    return this.swap !== undefined && !this.swap.waitsForTime;
  }

  /** Called as time goes on. */
  advance(): void {
    this.swap?.advance();
  }

  /** Gives up: somebody else plays. */
  abandon(): void {
    this.swap?.abandon();
    this.swap = undefined;
  }

  /** The performer has chosen: what was lost may be tried again. */
  forget(): void {
    this.lost.clear();
  }

  /** The best of a lost voice's substitutes that is not lost itself. */
  substitutesFor(voice: Voice): readonly VoiceRequest[] {
    this.lost.add(keyOf(voice));
    return (voice.substitutes ?? []).filter((request) => !this.lost.has(keyOf(request)));
  }

  /** Resolves with whether one of the candidates plays, or the rescue was abandoned. Errors are reported, none is thrown. */
  async run(candidates: readonly VoiceRequest[]): Promise<boolean> {
    this.abandon();
    const queue = [...candidates];
    for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
      const swap = new HotSwap({ ...request, urgent: true }, 'beat', this.ground, { commit: this.ground.settings().commit });
      this.swap = swap;
      try {
        await swap.run();
        if (this.swap === swap) this.swap = undefined;
        return true;
      } catch (cause) {
        if (this.swap !== swap) return true;
        this.swap = undefined;
        const error = ContinuoError.from(cause, 'modelFailed');
        this.report(error);
        if (error.errorName === 'deviceLost') queue.unshift(...this.nextAfter(request));
      }
    }
    return false;
  }

  /** A candidate whose device is lost as well, before it played a note. */
  private nextAfter(request: VoiceRequest): readonly VoiceRequest[] {
    this.lost.add(keyOf(request));
    const onCpu = { pack: request.pack, onCpu: true };
    return this.lost.has(keyOf(onCpu)) ? [] : [onCpu];
  }
}

function keyOf({ pack, onCpu = false }: VoiceRequest): string {
  return `${pack} ${onCpu ? 'on the CPU' : ''}`;
}
