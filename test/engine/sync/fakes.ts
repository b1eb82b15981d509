import type { SyncListener, SyncSource } from '../../../src/engine/contracts/sync-source.js';
import { disposable } from '../../../src/engine/disposable.js';
import type { Alarm } from '../../../src/engine/sync/alarm.js';
import type { VirtualClock } from '../../../src/engine/time/clock.js';

/** A host that says what the test tells it to. */
export class FakeHost implements SyncSource {
  listener: SyncListener | undefined;

  constructor(
    readonly name: string,
    private readonly clock: VirtualClock,
    private readonly leadable = false,
  ) {}

  start(listener: SyncListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  proposeTempo(): boolean {
    return this.leadable;
  }

  /** Says that `beat` is now, at `bpm`. */
  says(beat: number, bpm = 120): void {
    this.listener?.timeline({ bpm, beatOrigin: beat, timeOrigin: this.clock.now() });
  }

  does(type: 'start' | 'continue' | 'stop' | 'locate', beat: number): void {
    if (type !== 'stop') this.says(beat);
    this.listener?.transport({ type, beat, micros: this.clock.now() });
  }
}

/** Alarms by a virtual clock: `pass` moves it and rings what has come due, in order. */
export function fakeAlarms(clock: VirtualClock): { alarm: Alarm; pass(micros: number): void } {
  let waiting: { due: number; action: () => void }[] = [];
  return {
    alarm: (delay, action) => {
      const entry = { due: clock.now() + delay, action };
      waiting.push(entry);
      return disposable(() => (waiting = waiting.filter((other) => other !== entry)));
    },
    pass(micros) {
      const end = clock.now() + micros;
      for (;;) {
        const next = waiting.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        waiting = waiting.filter((other) => other !== next);
        clock.advanceTo(Math.max(clock.now(), next.due));
        next.action();
      }
      clock.advanceTo(end);
    },
  };
}
