import type { Notice } from '../../engine/contracts/transport.js';
import { ContinuoError } from '../../engine/errors.js';

/** Turns what a device or port cannot do into a notice; anything else is a fault and passes. */
export function noticing<Result>(notices: Notice[], attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof ContinuoError)) throw error;
    notices.push({ level: 'off', sentence: error.message });
    return undefined;
  }
}
