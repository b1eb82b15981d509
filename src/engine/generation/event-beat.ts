import type { DecodedEvent } from '../contracts/tokenizer.js';
import type { Beats } from '../music/units.js';

/** When an event happens. */
export function eventBeat(event: DecodedEvent): Beats {
  return event.type === 'note' ? event.note.beat : event.mark.beat;
}
