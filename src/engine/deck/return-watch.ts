import type { EngineEvent } from '../events.js';
import type { Voice } from './voice.js';

/**
 * Waits for what a voice computed on to come back after it was lost, and says so, once. The performer decides whether to
 * go back to it. Thread: main. Blocks: no.
 */
export class ReturnWatch {
  private readonly waiting = new Map<string, AbortController>();

  constructor(private readonly emit: (event: EngineEvent) => void) {}

  /** Starts waiting for what a voice has lost; nothing happens where that cannot come back. */
  start({ pack, awaitReturn }: Pick<Voice, 'pack' | 'awaitReturn'>): void {
    if (!awaitReturn || this.waiting.has(pack)) return;
    const ended = new AbortController();
    this.waiting.set(pack, ended);
    const finish = (sentence: string): void => {
      if (this.waiting.get(pack) !== ended) return;
      this.waiting.delete(pack);
      this.emit({ type: 'notice', sentence });
    };
    awaitReturn(ended.signal).then(
      () => finish(`What ${pack} computes on is back: load ${pack} again to play with it.`),
      (cause: unknown) => finish(`Nobody waits for what ${pack} computes on any more: ${cause instanceof Error ? cause.message : String(cause)}`),
    );
  }

  /** Somebody has taken the pack up again. */
  stop(pack: string): void {
    this.waiting.get(pack)?.abort();
    this.waiting.delete(pack);
  }

  dispose(): void {
    for (const pack of [...this.waiting.keys()]) this.stop(pack);
  }
}
