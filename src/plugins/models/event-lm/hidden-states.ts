/**
 * What the base net says of each event, so that a row can be begun again behind any of them without running it. Behind no
 * event there is nothing to say: zeros.
 */
export class HiddenStates {
  private states: Float32Array;
  private readonly nothing: Float32Array;

  constructor(private readonly size: number) {
    this.states = new Float32Array(64 * size);
    this.nothing = new Float32Array(size);
  }

  /** Puts states of new events behind the first `events`. */
  put(hidden: Float32Array, events: number): void {
    const end = events * this.size + hidden.length;
    if (end > this.states.length) {
      const grown = new Float32Array(Math.max(end, 2 * this.states.length));
      grown.set(this.states);
      this.states = grown;
    }
    this.states.set(hidden, events * this.size);
  }

  /** Of the last of `events` events. */
  behind(events: number): Float32Array {
    return events === 0 ? this.nothing : this.states.subarray((events - 1) * this.size, events * this.size);
  }
}
