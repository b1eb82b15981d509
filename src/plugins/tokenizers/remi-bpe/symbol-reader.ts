import type { DecodedEvent } from '../../../engine/contracts/tokenizer.js';

/**
 * Reads base symbols one at a time and says what they make certain. Symbols that fit nothing are skipped. Beats count
 * from the start of the stream.
 */
export interface SymbolReader {
  /** No event before this beat can still come. Never decreases. */
  readonly frontierBeat: number;
  /** Where a note has been begun and is not certain: what was told lies before this. */
  readonly toldUntilBeat?: number | undefined;
  /** Appends the events that this symbol makes certain. */
  read(kind: number, value: number, events: DecodedEvent[]): void;
  clone(): SymbolReader;
}
