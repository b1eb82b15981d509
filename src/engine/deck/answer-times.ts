import type { Micros } from '../music/units.js';

const remembered = 64;
const share = 0.95;

/** How long a composer's last answers took, from the question to the notes: RT95. */
export class AnswerTimes {
  private readonly samples: { readonly ticks: number; readonly micros: Micros }[] = [];

  /** An answer of so many ticks; one that was ended early tells nothing unless something came. */
  add(ticks: number, micros: Micros): void {
    if (ticks <= 0) return;
    this.samples.push({ ticks, micros });
    if (this.samples.length > remembered) this.samples.shift();
  }

  /**
   * What 95 of 100 answers of `lengthTicks` stay within. Of answers of other lengths, what the quickest took is taken for the
   * way there and back, and only the rest to grow with the length. 0 before the first answer.
   */
  within(lengthTicks: number): Micros {
    const way = Math.min(...this.samples.map((sample) => sample.micros));
    const micros = this.samples
      .map((sample) => way + ((sample.micros - way) * lengthTicks) / Math.max(1, sample.ticks))
      .sort((one, other) => one - other);
    return micros[Math.ceil(share * micros.length) - 1] ?? 0;
  }
}
