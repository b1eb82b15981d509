/**
 * Units as branded numbers: a value of one unit cannot be passed where another is meant.
 * All of them are plain doubles at run time.
 */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]?: Name };

/** Quarter notes. Negative before the origin. */
export type Beats = Unit<'beats'>;
/** Microseconds on the engine's one monotonic clock, or a difference of two such times. */
export type Micros = Unit<'micros'>;
/** Quarter notes per minute, 20..999. */
export type Bpm = Unit<'bpm'>;
/** Sixteenth notes (a quarter of a beat): the grid of the real-time law. */
export type Sixteenths = Unit<'sixteenths'>;

export const minimumBpm: Bpm = 20;
export const maximumBpm: Bpm = 999;

/** A host's beat is no further from 0 than this, either way: at 999 BPM two years. Where doubles of beats get coarse no clock can count on. */
export const farthestBeat: Beats = 1e9;

/** Beats closer than this are the same: they are rounded on their way between a host, a composer and a queue. */
export const sameBeat: Beats = 1e-6;
