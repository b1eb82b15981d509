import type { Micros } from '../music/units.js';
import { maximumOwner } from './command.js';

/** How many notes of an owner may sound at once on one output, and for how long each, whoever wrote them. */
export interface NoteLimits {
  /** 1..255; one more ends the oldest. */
  readonly mostSounding: number;
  /** By the clock, however slow the music is. */
  readonly longestMicros: Micros;
}

/** Beyond what music for hands needs: 88 keys are never all down, and nobody holds a chord for a minute. */
export const usualLimits: NoteLimits = { mostSounding: 64, longestMicros: 60_000_000 };

/** Notes that were ended before their time. */
export interface EndedNotes {
  /** The oldest, because there were too many. */
  readonly stolen: number;
  /** Because they had sounded for too long. */
  readonly cut: number;
}

/** The limits of every owner. Thread: one. Blocks: no. Allocates: no. */
export class OwnerLimits {
  private readonly most = new Uint8Array(maximumOwner + 1).fill(usualLimits.mostSounding);
  private readonly longest = new Float64Array(maximumOwner + 1).fill(usualLimits.longestMicros);

  set(owner: number, mostSounding: number, longestMicros: Micros): void {
    this.most[owner] = mostSounding;
    this.longest[owner] = longestMicros;
  }

  mostSounding(owner: number): number {
    return this.most[owner];
  }

  longestMicros(owner: number): Micros {
    return this.longest[owner];
  }
}
