import { disposable, type Disposable } from '../../src/engine/disposable.js';
import type { Micros } from '../../src/engine/music/units.js';
import type { Alarm } from '../../src/engine/sync/alarm.js';
import type { Clock } from '../../src/engine/time/clock.js';

interface Waiting {
  readonly due: Micros;
  readonly action: () => void;
}

/** Alarms of a clock that is moved by hand: whoever moves it asks when the next is due, and rings. Thread: one. */
export class VirtualAlarms {
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly clock: Clock) {}

  readonly alarm: Alarm = (delay, action): Disposable => {
    const entry: Waiting = { due: this.clock.now() + delay, action };
    this.waiting.add(entry);
    return disposable(() => this.waiting.delete(entry));
  };

  /** Infinity when nothing waits. */
  get nextDue(): Micros {
    let due: Micros = Infinity;
    for (const entry of this.waiting) if (entry.due < due) due = entry.due;
    return due;
  }

  /** Does what is due; what was set first comes first among equals. */
  ring(): void {
    const now = this.clock.now();
    const due = [...this.waiting].filter((entry) => entry.due <= now).sort((one, other) => one.due - other.due);
    for (const entry of due) if (this.waiting.delete(entry)) entry.action();
  }
}
