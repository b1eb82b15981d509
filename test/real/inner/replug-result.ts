import type { DumpedEvent } from '../support/aseqdump.js';

/** What a synthesizer heard before it was unplugged and after it was plugged in again, and what the engine said. */
export interface ReplugResult {
  readonly first: readonly DumpedEvent[];
  readonly second: readonly DumpedEvent[];
  readonly sentences: readonly string[];
  readonly exitCode: number | undefined;
}
