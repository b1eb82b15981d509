import { disposable, type Disposable } from '../disposable.js';
import type { Micros } from '../music/units.js';

/** Calls `action` once, some time after `delay` has passed; disposing takes it back. For decisions, never for music. */
export type Alarm = (delay: Micros, action: () => void) => Disposable;

/** By the event loop, which it does not keep alive. Thread: any. */
export const systemAlarm: Alarm = (delay, action) => {
  const timer = setTimeout(action, Math.ceil(delay / 1000)).unref();
  return disposable(() => clearTimeout(timer));
};
