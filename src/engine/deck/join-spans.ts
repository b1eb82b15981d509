import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';

/** Two spans of one composer, the second right after the first, as one. */
export function joinSpans(first: ComposedSpan, second: ComposedSpan): ComposedSpan {
  return {
    ...second,
    fromBeat: first.fromBeat,
    notes: [...first.notes, ...second.notes],
    programs: [...first.programs, ...second.programs],
    controls: [...first.controls, ...second.controls],
    ...((first.tempos ?? second.tempos) && { tempos: [...(first.tempos ?? []), ...(second.tempos ?? [])] }),
    tokens: first.tokens + second.tokens,
    micros: first.micros + second.micros,
  };
}

/** The part of a span from `beat` on. Programs and controls of before stay in force: they come at `beat`. */
export function spanFrom(span: ComposedSpan, beat: Beats): ComposedSpan {
  if (beat <= span.fromBeat) return span;
  const inForce = <T extends { readonly beat: Beats }>(marks: readonly T[]): T[] => marks.map((mark) => (mark.beat < beat ? { ...mark, beat } : mark));
  return {
    ...span,
    fromBeat: beat,
    notes: span.notes.filter((note) => note.beat >= beat),
    programs: inForce(span.programs),
    controls: inForce(span.controls),
    ...(span.tempos && { tempos: inForce(span.tempos) }),
  };
}

/** The part of a span up to `beat`; what sounds there ends when it would have. */
export function spanUntil(span: ComposedSpan, beat: Beats): ComposedSpan {
  if (beat >= span.untilBeat) return span;
  const before = <T extends { readonly beat: Beats }>(marks: readonly T[]): T[] => marks.filter((mark) => mark.beat < beat);
  return {
    ...span,
    untilBeat: beat,
    notes: before(span.notes),
    programs: before(span.programs),
    controls: before(span.controls),
    ...(span.tempos && { tempos: before(span.tempos) }),
  };
}
