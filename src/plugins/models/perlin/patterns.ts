import type { Stream } from './noise-field.js';
import type { Scene } from './scene.js';

/** One figure an accompanying part can play for a bar. */
export interface Figure<Hit> {
  /** How busy it is, 0..1: chosen more readily where the density asked for is near. */
  readonly activity: number;
  readonly hits: readonly Hit[];
}

/** How strongly the density asked for draws figures of its own activity. */
const pull = 14;

/** One figure for the whole phrase, so that an accompaniment settles before it changes. */
export function chooseFigure<Hit>(figures: readonly Figure<Hit>[], { place, field, daring, density }: Scene, stream: Stream): Figure<Hit> {
  const weights = figures.map((figure) => Math.exp(-pull * (figure.activity - density) ** 2));
  return figures[field.choose(weights, stream, place.material * 0.8, daring.time)];
}
