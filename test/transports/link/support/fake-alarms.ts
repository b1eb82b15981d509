import { disposable } from '../../../../src/engine/disposable.js';
import type { Micros } from '../../../../src/engine/music/units.js';
import type { Alarm } from '../../../../src/engine/sync/alarm.js';

/** Alarms that ring when told to, known by their delay. */
export class FakeAlarms {
  private readonly waiting = new Set<{ readonly delay: Micros; readonly action: () => void }>();

  readonly alarm: Alarm = (delay, action) => {
    const entry = { delay, action };
    this.waiting.add(entry);
    return disposable(() => this.waiting.delete(entry));
  };

  has(delay: Micros): boolean {
    return [...this.waiting].some((entry) => entry.delay === delay);
  }

  /** Rings every alarm of this delay that has been set until now. */
  ring(delay: Micros): void {
    for (const entry of [...this.waiting].filter((candidate) => candidate.delay === delay)) {
      this.waiting.delete(entry);
      entry.action();
    }
  }
}
