import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';

/** The same `by` beats later. */
export function moveAll<Item extends { readonly beat: Beats }>(items: readonly Item[], by: Beats): Item[] {
  return items.map((item) => ({ ...item, beat: item.beat + by }));
}

/** The span with everything in it moved `by` beats. */
export function moveSpan(span: ComposedSpan, by: Beats): ComposedSpan {
  if (by === 0) return span;
  return {
    ...span,
    fromBeat: span.fromBeat + by,
    untilBeat: span.untilBeat + by,
    notes: moveAll(span.notes, by),
    programs: moveAll(span.programs, by),
    controls: moveAll(span.controls, by),
    ...(span.tempos && { tempos: moveAll(span.tempos, by) }),
  };
}
