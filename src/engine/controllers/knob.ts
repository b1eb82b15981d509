/** How near a knob must come to a value to take hold of it: a step and a half of a coarse one. */
const reach = 1.5 / 127;

/**
 * One knob as it comes in: coarse (7 bits) or, where it says so, fine (14 bits), and whether it has hold of its value.
 * Thread: main. Blocks: no. Allocates: no.
 */
export class Knob {
  private coarse = 0;
  private fine = 0;
  private isFine = false;
  private last: number | undefined;
  private holds = false;

  /** Where it stands, 0..1. */
  get position(): number {
    return this.isFine ? (this.coarse * 128 + this.fine) / 16383 : this.coarse / 127;
  }

  /** Its coarse half came, 0..127. */
  turn(value: number): void {
    this.coarse = value;
    this.fine = 0;
  }

  /** Its fine half came, 0..127: it always follows a coarse one. */
  refine(value: number): void {
    this.isFine = true;
    this.fine = value;
  }

  /**
   * Whether it may move its value, which stands at `present` (0..1): once it has come to it or past it, until it is let go.
   */
  takesHold(present: number): boolean {
    const { position, last } = this;
    this.holds ||= Math.abs(position - present) <= reach || (last !== undefined && (last - present) * (position - present) < 0);
    this.last = position;
    return this.holds;
  }

  /** Its value may be anything by now. */
  letGo(): void {
    this.holds = false;
  }

  /** Something else moved its value, to `present` (0..1): it is let go unless it stands there all the same. */
  isMoved(present: number): void {
    if (Math.abs(this.position - present) > reach) this.letGo();
  }

  /** Whether a button was pressed just now. Some never say that they were released: they say the same again. */
  isPressed(): boolean {
    const { position, last } = this;
    this.last = position;
    return position >= 0.5 && (last === undefined || last < 0.5 || last === position);
  }
}
