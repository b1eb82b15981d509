const remembered = 256;

/** How long the last requests took, from the first byte sent to the last received. */
export class TripTimes {
  private readonly milliseconds: number[] = [];
  private next = 0;

  add(milliseconds: number): void {
    this.milliseconds[this.next] = milliseconds;
    this.next = (this.next + 1) % remembered;
  }

  /** The time that a `share` (0..1) of the requests kept within, in milliseconds; 0 before the first. */
  quantile(share: number): number {
    const sorted = [...this.milliseconds].sort((one, other) => one - other);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  }
}
