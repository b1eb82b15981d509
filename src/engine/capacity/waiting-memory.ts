import { ContinuoError } from '../errors.js';
import { memoryRoom } from './memory-room.js';

const mebibyte = 2 ** 20;
/** Voices that wait, over all decks; each has a thread. */
const mostWaiting = 64;

/** A voice that does not play and keeps its memory, so that it can play again at once. */
export interface WaitingSeat {
  readonly deck: number;
  readonly pack: string;
  readonly bytes: number;
  /** `cued`: asked for, and freed only on request. `parked`: it has played and may be freed when its memory is needed. */
  readonly wish: 'cued' | 'parked';
  /** Resolves when its memory is given back. */
  free(): Promise<void>;
}

/** Half of what is free, in MiB: the packs that play need the rest. */
export function usualLimitMebibytes(roomBytes: number): number {
  const step = 64;
  return Math.min(4096, Math.floor(roomBytes / mebibyte / 2 / step) * step);
}

/**
 * The memory of all voices that wait, on all decks, within the limit that the performer has set. Voices that are parked are
 * freed for others, those that played last at the end; voices that are cued are not. Thread: main. Blocks: no.
 */
export class WaitingMemory {
  /** In the order in which they came to wait. */
  private readonly seats = new Set<WaitingSeat>();

  constructor(
    private readonly limitBytes: () => number,
    /** What the machine has left. */
    private readonly roomBytes: () => number = memoryRoom,
  ) {}

  get usedBytes(): number {
    return [...this.seats].reduce((sum, seat) => sum + seat.bytes, 0);
  }

  /** Takes a seat if there is room for it once parked voices are freed, the one that played longest ago first. */
  add(seat: WaitingSeat): boolean {
    if (this.cuedBytes + seat.bytes > this.limitBytes() || this.count('cued') >= mostWaiting) return false;
    this.seats.add(seat);
    this.keepWithinLimit(seat);
    return true;
  }

  /** The seat is empty. */
  remove(seat: WaitingSeat): void {
    this.seats.delete(seat);
  }

  /** Frees parked voices until the limit holds; call it when the limit is another. */
  keepWithinLimit(newcomer?: WaitingSeat): void {
    while (this.usedBytes > this.limitBytes() || this.seats.size > mostWaiting) {
      const oldest = this.parked(newcomer)[0];
      if (!oldest) return;
      void this.free(oldest);
    }
  }

  /** Frees parked voices until the machine has room for `bytes`, or none is left. */
  async makeRoom(bytes: number): Promise<void> {
    for (const seat of this.parked()) {
      if (this.roomBytes() >= bytes) return;
      await this.free(seat);
    }
  }

  /** Why a pack cannot wait, and what to do about it. */
  refusal(pack: string, bytes: number): ContinuoError {
    if (this.count('cued') >= mostWaiting) return new ContinuoError('deviceUnavailable', `${mostWaiting} packs are cued and no more can wait: uncue one before ${pack}.`);
    const [need, limit, taken] = [bytes, this.limitBytes(), this.cuedBytes].map((value) => Math.ceil(value / mebibyte));
    const cued = [...this.seats].filter((seat) => seat.wish === 'cued').map((seat) => `${seat.pack} (${Math.ceil(seat.bytes / mebibyte)} MiB, deck ${seat.deck})`);
    const held = cued.length === 0 ? 'nothing is cued' : `${cued.join(', ')} ${cued.length === 1 ? 'takes' : 'take'} ${taken}`;
    const remedy = cued.length === 0 ? 'set cue-memory higher' : 'uncue one, or set cue-memory higher';
    return new ContinuoError('deviceUnavailable', `${pack} needs about ${need} MiB to wait; cue-memory is ${limit} MiB and ${held}: ${remedy}.`);
  }

  private get cuedBytes(): number {
    return [...this.seats].reduce((sum, seat) => sum + (seat.wish === 'cued' ? seat.bytes : 0), 0);
  }

  private count(wish: WaitingSeat['wish']): number {
    return [...this.seats].filter((seat) => seat.wish === wish).length;
  }

  private parked(except?: WaitingSeat): readonly WaitingSeat[] {
    return [...this.seats].filter((seat) => seat.wish === 'parked' && seat !== except);
  }

  private free(seat: WaitingSeat): Promise<void> {
    this.seats.delete(seat);
    return seat.free();
  }
}
