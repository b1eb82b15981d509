import type { DumpedEvent } from '../support/aseqdump.js';

/** What a synthesizer heard before it was unplugged and after it was plugged in again, and what the engine said. */
export interface ReplugResult {
  readonly first: readonly DumpedEvent[];
  readonly second: readonly DumpedEvent[];
  readonly sentences: readonly string[];
  readonly exitCode: number | undefined;
}

/** What the engine said of a box of knobs, and how often its knob moved something before it was back and by the end. */
export interface ReplugBoxResult {
  readonly sentences: readonly string[];
  readonly turnsWhileGone: number;
  readonly turns: number;
  readonly exitCode: number | undefined;
}

/** The ports of devices before they were pulled and when they were back, what a synthesizer that was back heard, and what the engine said of them. */
export interface QuickReplugResult {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly messages: readonly (readonly number[])[];
  readonly sentences: readonly string[];
  readonly exitCode: number | undefined;
}
