import type { Disposable } from '../../../../src/engine/disposable.js';
import type { Micros } from '../../../../src/engine/music/units.js';
import { VirtualClock } from '../../../../src/engine/time/clock.js';
import type { Alarm } from '../../../../src/engine/sync/alarm.js';

/** A clock that moves when told, and alarms that ring on the way. */
export class FakeTime {
  readonly clock = new VirtualClock(1_000_000);
  readonly #alarms = new Set<{ readonly due: Micros; readonly action: () => void }>();

  readonly alarm: Alarm = (delay, action): Disposable => {
    const alarm = { due: this.clock.now() + delay, action };
    this.#alarms.add(alarm);
    return { dispose: () => this.#alarms.delete(alarm) };
  };

  get pendingAlarms(): number {
    return this.#alarms.size;
  }

  /** Moves on, ringing each alarm when it is due. */
  advance(micros: Micros): void {
    const end = this.clock.now() + micros;
    for (;;) {
      const next = [...this.#alarms].sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > end) break;
      this.clock.advanceTo(Math.max(next.due, this.clock.now()));
      this.#ring(next);
    }
    this.clock.advanceTo(end);
  }

  /** Moves on as if the event loop had been blocked: alarms ring late, at the end. */
  block(micros: Micros): void {
    this.clock.advanceTo(this.clock.now() + micros);
    for (const alarm of [...this.#alarms]) if (alarm.due <= this.clock.now()) this.#ring(alarm);
  }

  #ring(alarm: { readonly due: Micros; readonly action: () => void }): void {
    this.#alarms.delete(alarm);
    alarm.action();
  }
}
