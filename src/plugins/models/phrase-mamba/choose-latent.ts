import type { RandomSource } from '../../../engine/generation/sampling/random-source.js';
import type { CodeBook } from './code-book.js';

/** At the ends of the range a code that is one standard deviation busier is e^1.5 times more or less likely. */
const strongestPull = 1.5;

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
}

/** Where the next bar is in the space of bars, by the net's opinion on the codes: a code, and a place near its middle. */
export function chooseLatent(logits: Float32Array, book: CodeBook, wishes: BarWishes, random: RandomSource): Float32Array {
  const code = chooseCode(logits, book, wishes, random);
  return near(book, code, wishes.spread * Math.min(1, wishes.temperature), random);
}

/**
 * A code by chance, in proportion to e^((logit + what density asks for) / temperature), among the likeliest that together
 * have `topP` of it. Takes one random number, or none at temperature 0.
 */
export function chooseCode(logits: Float32Array, book: CodeBook, { temperature, density, topP }: BarWishes, random: RandomSource): number {
  const pull = (density - 0.5) * 2 * strongestPull;
  const scores = Float64Array.from(logits, (logit, code) => logit + pull * book.busyness[code]);
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

/** A place around the middle of a code, `spread` times as wide as what was learned there. */
function near(book: CodeBook, code: number, spread: number, random: RandomSource): Float32Array {
  const latent = Float32Array.from(book.centre(code));
  if (spread === 0) return latent;
  const deviation = book.deviation(code);
  for (let index = 0; index < latent.length; index += 2) {
    // Box and Muller, 1958: two uniform numbers make two normal ones.
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    latent[index] += spread * deviation[index] * radius * Math.cos(angle);
    if (index + 1 < latent.length) latent[index + 1] += spread * deviation[index + 1] * radius * Math.sin(angle);
  }
  return latent;
}
