import type { Beats } from '../music/units.js';

/** The law counts in sixteenths. */
export const ticksPerBeat = 4;
/** Beyond this a wish is heard so late that it is no answer any more. */
const longestTicks = 32;
/** Where every wish costs music: eight bars of 4/4. */
const rarelyTicks = 128;
/** The least that is asked for where no length is safe. */
const shortestAnswer = 2;

/** How a deck asks its composer, in ticks of a sixteenth. */
export interface Pace {
  /** I: a wish is passed on at most once in so many ticks; 0 where answers take no time. */
  readonly intervalTicks: number;
  /** GL: how much is asked for when a wish is answered. */
  readonly lengthTicks: number;
  /** How far ahead of the music an answer must begin to be there in time: ceil(RT95). */
  readonly aheadTicks: number;
  /** Whether there is such a pace at all. */
  readonly isSafe: boolean;
}

/** Every answer is there before the next is asked for, and reaches until the next one is there. */
export function isSafe(intervalTicks: number, lengthTicks: number, roundTripTicks: number): boolean {
  const late = Math.ceil(roundTripTicks);
  return late <= intervalTicks && lengthTicks >= intervalTicks + late;
}

/**
 * The shortest safe interval. `roundTripTicks` tells how long 95 of 100 answers of a length take at most, in ticks, and grows
 * with the length. Where none is safe, the shortest answers that are composed faster than they play, as often as they come: what
 * they replace must do until then. Where the composer cannot hold the tempo at all (`holdsTempo`), hardly ever: after every rest the
 * music is new anyhow, and what is written anew before it was heard is lost. Source: the inequalities of StreamMUSE.
 * @example paceFor((length) => length / 4) // → I = 1, GL = 2, one tick ahead
 */
export function paceFor(roundTripTicks: (lengthTicks: number) => number, holdsTempo = true): Pace {
  for (let intervalTicks = roundTripTicks(1) > 0 ? 1 : 0; 2 * intervalTicks <= longestTicks; intervalTicks += 1) {
    // What is asked is at most twice the interval, for an answer that takes longer than the interval is never safe.
    for (let lengthTicks = Math.max(1, intervalTicks); lengthTicks <= Math.max(1, 2 * intervalTicks); lengthTicks += 1) {
      const aheadTicks = Math.ceil(roundTripTicks(lengthTicks));
      if (isSafe(intervalTicks, lengthTicks, aheadTicks)) return { intervalTicks, lengthTicks, aheadTicks, isSafe: true };
    }
  }
  for (let lengthTicks = shortestAnswer; lengthTicks <= longestTicks; lengthTicks += 1) {
    const aheadTicks = Math.ceil(roundTripTicks(lengthTicks));
    if (aheadTicks <= lengthTicks) return { intervalTicks: aheadTicks, lengthTicks, aheadTicks, isSafe: false };
  }
  const aheadTicks = Math.min(longestTicks, Math.ceil(roundTripTicks(shortestAnswer)));
  return { intervalTicks: holdsTempo ? aheadTicks : rarelyTicks, lengthTicks: shortestAnswer, aheadTicks, isSafe: false };
}

/**
 * How long a deck rests that was overtaken, so that what it composes meanwhile carries the music for `phraseBeats`, at least
 * `shortest`. `timesRealTime` is its speed, 0 where that is not known.
 * @example restFor(0.8, 8, 1) // → 2
 */
export function restFor(timesRealTime: number, phraseBeats: Beats, shortest: Beats): Beats {
  if (timesRealTime <= 0 || timesRealTime >= 1) return shortest;
  return Math.max(shortest, Math.ceil(phraseBeats * (1 / timesRealTime - 1) - 1e-9));
}
