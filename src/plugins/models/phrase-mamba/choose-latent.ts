import type { RandomSource } from '../../../engine/generation/sampling/random-source.js';
import type { CodeBook } from './code-book.js';
import type { HeardWithinReach } from './heard-bars.js';

/** At the ends of the range a code that is one standard deviation busier is e^1.5 times more or less likely. */
const strongestPull = 1.5;

/** So often a code comes back for nothing; every time more makes it e^0.75 times less likely. */
const freeReturns = 3;
const weariness = 0.75;

/** How the next bar is chosen. */
export interface BarWishes {
  /** 0: the likeliest, in its middle; 1: as it was learned. */
  readonly temperature: number;
  /** 0..1; 0.5: as many notes as the model thinks right. */
  readonly density: number;
  /** Of the likeliest codes, those that together have this much of the chance. */
  readonly topP: number;
  /** Standard deviations. */
  readonly spread: number;
  /** The same around a bar that comes back. */
  readonly recallSpread: number;
}

/**
 * Where the next bar is in the space of bars, by the net's opinion on the codes: a code, and a place near the bar that was
 * there before (`heard`), or else near the middle of the code. What comes back is what makes a form.
 */
export function chooseLatent(
  logits: Float32Array,
  book: CodeBook,
  wishes: BarWishes,
  random: RandomSource,
  heard: HeardWithinReach,
): Float32Array {
  const code = chooseCode(logits, book, wishes, random, heard.times);
  const before = heard.latest.get(code);
  const spread = (before ? wishes.recallSpread : wishes.spread) * Math.min(1, wishes.temperature);
  return near(before ?? book.centre(code), book.deviation(code), spread, random);
}

/** Where a bar is that goes on from the place `before` and comes to `place` in `bars` bars more, itself counted: an even step. */
export function stepTowards(
  { before, place, bars }: { readonly before: Float32Array; readonly place: Float32Array; readonly bars: number },
  book: CodeBook,
  { spread, temperature }: Pick<BarWishes, 'spread' | 'temperature'>,
  random: RandomSource,
): Float32Array {
  const middle = before.map((value, index) => value + (place[index] - value) / (bars + 1));
  return near(middle, book.deviation(book.nearest(middle)), spread * Math.min(1, temperature), random);
}

/**
 * A code by chance, in proportion to e^((logit + what density asks for) / temperature), among the likeliest that together
 * have `topP` of it. `times`: how often codes were heard of late; one that comes again and again wears off, as a net that
 * hears itself repeat ever surer goes on. Takes one random number, or none at temperature 0.
 */
export function chooseCode(
  logits: Float32Array,
  book: CodeBook,
  { temperature, density, topP }: BarWishes,
  random: RandomSource,
  times: ReadonlyMap<number, number>,
): number {
  const pull = (density - 0.5) * 2 * strongestPull;
  const scores = Float64Array.from(logits, (logit, code) => logit + pull * book.busyness[code]);
  for (const [code, count] of times) scores[code] -= weariness * Math.max(0, count - freeReturns);
  const best = scores.reduce((most, score, code) => (score > scores[most] ? code : most), 0);
  if (temperature <= 0) return best;
  const weights = scores.map((score) => Math.exp((score - scores[best]) / temperature));
  const order = Uint32Array.from(weights, (_, code) => code).sort((a, b) => weights[b] - weights[a] || a - b);
  const wanted = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let mass = 0;
  let kept = 0;
  while (kept < order.length && (kept === 0 || mass < wanted)) mass += weights[order[kept++]];
  let left = random.next() * mass;
  for (let rank = 0; rank < kept - 1; rank += 1) {
    left -= weights[order[rank]];
    if (left < 0) return order[rank];
  }
  return order[kept - 1];
}

/** A place around another, `spread` times as wide as `deviation`. */
function near(place: Float32Array, deviation: Float32Array, spread: number, random: RandomSource): Float32Array {
  const latent = Float32Array.from(place);
  if (spread === 0) return latent;
  for (let index = 0; index < latent.length; index += 2) {
    // Box and Muller, 1958: two uniform numbers make two normal ones.
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    latent[index] += spread * deviation[index] * radius * Math.cos(angle);
    if (index + 1 < latent.length) latent[index + 1] += spread * deviation[index + 1] * radius * Math.sin(angle);
  }
  return latent;
}
