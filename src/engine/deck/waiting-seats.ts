import type { WaitingMemory, WaitingSeat } from '../capacity/waiting-memory.js';
import type { Appraisal, Voice } from './voice.js';

/** A place for one voice to wait in. */
export interface Seat extends WaitingSeat {
  readonly appraisal: Appraisal;
  wish: WaitingSeat['wish'];
  /** Whether somebody waits for the voice to play it. */
  isWanted: boolean;
  /** Resolves once the voice is idle here. */
  readonly voice: Promise<Voice>;
}

export interface SeatWishes {
  readonly pack: string;
  readonly deck: number;
  readonly appraisal: Appraisal;
  readonly wish: Seat['wish'];
  /** Brings the voice. */
  readonly loading: (seat: Seat) => Promise<Voice>;
}

/**
 * Who waits on a deck: at most one voice a pack. Memory is taken from the moment a seat is reserved to when
 * its voice is taken or freed. Thread: main. Blocks: no.
 */
export class WaitingSeats {
  private readonly seats = new Set<Seat>();
  /** Those whose voice is there. */
  private readonly ready = new Set<Seat>();

  constructor(
    private readonly memory: WaitingMemory,
    private readonly changed: () => void,
    private readonly freeVoice: (voice: Voice) => Promise<void>,
  ) {}

  /** Packs whose voices are there, in the order in which they came. */
  get names(): { readonly cued: readonly string[]; readonly parked: readonly string[] } {
    const named = (wish: Seat['wish']): string[] => [...this.ready].filter((seat) => seat.wish === wish).map((seat) => seat.pack);
    return { cued: named('cued'), parked: named('parked') };
  }

  of(pack: string): Seat | undefined {
    return [...this.seats].find((seat) => seat.pack === pack);
  }

  /** `undefined`: there is no room. A voice that cannot be brought leaves no seat behind. */
  reserve({ pack, deck, appraisal, wish, loading }: SeatWishes): Seat | undefined {
    let begin: (voice: Promise<Voice>) => void = () => undefined;
    const voice = new Promise<Voice>((resolve) => (begin = resolve));
    const seat: Seat = { deck, pack, bytes: appraisal.waitingBytes, appraisal, wish, isWanted: false, voice, free: () => this.empty(seat) };
    if (!this.memory.add(seat)) return undefined;
    this.seats.add(seat);
    voice.then(() => this.arrived(seat), () => this.leave(seat));
    begin(loading(seat));
    return seat;
  }

  /** What was parked stays, whatever comes. False: there is no room for one more of these. */
  promote(seat: Seat): boolean {
    if (seat.wish === 'cued') return true;
    this.memory.remove(seat);
    seat.wish = 'cued';
    const fits = this.memory.add(seat);
    if (!fits) {
      seat.wish = 'parked';
      this.memory.add(seat);
    }
    this.changed();
    return fits;
  }

  /** What was cued may be freed when its memory is needed. */
  demote(seat: Seat): void {
    this.memory.remove(seat);
    seat.wish = 'parked';
    if (this.memory.add(seat)) this.changed();
    else void this.empty(seat);
  }

  /** The voice is somebody else's now. False: it was so before. */
  leave(seat: Seat): boolean {
    if (!this.seats.delete(seat)) return false;
    this.memory.remove(seat);
    if (this.ready.delete(seat)) this.changed();
    return true;
  }

  /** Frees the voice, or will once it is there. */
  async empty(seat: Seat): Promise<void> {
    if (!this.leave(seat)) return;
    seat.isWanted = true;
    const voice = await seat.voice.catch(() => undefined);
    if (voice) await this.freeVoice(voice);
  }

  async emptyAll(): Promise<void> {
    await Promise.all([...this.seats].map((seat) => this.empty(seat)));
  }

  private arrived(seat: Seat): void {
    if (!this.seats.has(seat)) return;
    this.ready.add(seat);
    this.changed();
  }
}
