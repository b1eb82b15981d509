import { disposable, type Disposable } from '../../engine/disposable.js';
import type { Micros } from '../../engine/music/units.js';

/** Calls `action` once, not before `delay` has passed. Disposing takes it back. */
export type Alarm = (delay: Micros, action: () => void) => Disposable;

/** By the event loop, which it does not keep alive. Thread: any. */
export const systemAlarm: Alarm = (delay, action) => {
  const timer = setTimeout(action, Math.ceil(delay / 1000)).unref();
  return disposable(() => clearTimeout(timer));
};
