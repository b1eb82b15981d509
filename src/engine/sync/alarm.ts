import { disposable, type Disposable } from '../disposable.js';
import type { Micros } from '../music/units.js';

/** Calls `action` once, some time after `delay` has passed; disposing takes it back. For decisions, never for music. */
export type Alarm = (delay: Micros, action: () => void) => Disposable;

/** By the event loop, which it does not keep alive. Thread: any. */
export const systemAlarm: Alarm = (delay, action) => {
  // Timers count whole milliseconds of a clock that is read once a turn: they may ring up to one early.
  const timer = setTimeout(action, Math.ceil(delay / 1000) + 1).unref();
  return disposable(() => clearTimeout(timer));
};
