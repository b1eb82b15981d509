import type { Beats, Bpm } from '../music/units.js';

/** Whose note it is: a deck from 1, or a person. */
export const heardPart = 0;

/** One thing that happened, in beats of the take: `on` and `off` name the note. Of markers of one `kind` the last holds. */
export type TakeLine =
  | { readonly on: number; readonly part: number; readonly beat: Beats; readonly channel: number; readonly pitch: number; readonly velocity: number }
  | { readonly off: number; readonly beat: Beats }
  | { readonly program: number; readonly part: number; readonly beat: Beats; readonly channel: number }
  | { readonly controller: number; readonly value: number; readonly part: number; readonly beat: Beats; readonly channel: number }
  | { readonly bpm: Bpm; readonly beat: Beats }
  | { readonly beatsPerBar: number; readonly beat: Beats }
  | { readonly marker: string; readonly kind: string; readonly beat: Beats };

export function formatLine(line: TakeLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** What was written, as far as it got: a line that was cut off as it was written is left out. */
export function parseLines(text: string): readonly TakeLine[] {
  return text.split('\n').flatMap((line) => {
    const parsed = line.endsWith('}') ? parsedOrUndefined(line) : undefined;
    return parsed === undefined ? [] : [parsed];
  });
}

function parsedOrUndefined(line: string): TakeLine | undefined {
  try {
    const value = JSON.parse(line) as TakeLine;
    return Number.isFinite(value.beat) ? value : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
