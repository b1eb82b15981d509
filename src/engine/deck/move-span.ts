import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';

/** The span with everything in it moved `by` beats. */
export function moveSpan(span: ComposedSpan, by: Beats): ComposedSpan {
  if (by === 0) return span;
  const move = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, beat: item.beat + by }));
  return {
    ...span,
    fromBeat: span.fromBeat + by,
    untilBeat: span.untilBeat + by,
    notes: move(span.notes),
    programs: move(span.programs),
    controls: move(span.controls),
    ...(span.tempos && { tempos: move(span.tempos) }),
  };
}
