/** Looks in which nothing moved before it counts: a computer that slept is late, but has looked only once. */
const leastLooks = 100;

/** Tells when a model run does not come back: nothing has moved for longer than any run that can be played with. Thread: main. */
export class RunWatch {
  private steps: number | undefined;
  private since = 0;
  private looks = 0;

  constructor(private readonly patienceMilliseconds: number) {}

  /** Call it every few milliseconds with how often the worker was between two runs. */
  hangs(steps: number, nowMilliseconds: number): boolean {
    if (steps !== this.steps) {
      this.steps = steps;
      this.since = nowMilliseconds;
      this.looks = 0;
    }
    this.looks += 1;
    return this.looks > leastLooks && nowMilliseconds - this.since >= this.patienceMilliseconds;
  }
}
