import { ContinuoError } from '../errors.js';
import { boundaries, type Boundary } from '../parameters/boundaries.js';
import type { ParameterStore } from '../parameters/parameter-store.js';

/** The boundary that is asked for, else the one that is set. Errors: `badValue`. */
export function boundaryFor(asked: string | undefined, parameters: Pick<ParameterStore, 'text'>): Boundary {
  const wanted = asked ?? parameters.text('swap-at');
  const boundary = boundaries.find((candidate) => candidate === wanted);
  if (boundary) return boundary;
  throw new ContinuoError('badValue', `A boundary is one of ${boundaries.join(', ')}, not "${wanted}".`);
}
