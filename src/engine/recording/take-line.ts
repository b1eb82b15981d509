import type { Beats, Bpm } from '../music/units.js';

/** Whose note it is: a deck from 1, or a person. */
export const heardPart = 0;

/** Controllers from here on are commands: nothing holds on. */
const firstCommand = 120;

/** One thing that happened, in beats of the take: `on` and `off` name the note. Of markers of one `kind` the last holds. */
export type TakeLine = Happening & {
  /** It was said before: what holds on is said again for whoever has nothing older. */
  readonly again?: true;
};

type Happening =
  | { readonly on: number; readonly part: number; readonly beat: Beats; readonly channel: number; readonly pitch: number; readonly velocity: number }
  | { readonly off: number; readonly beat: Beats }
  | { readonly program: number; readonly part: number; readonly beat: Beats; readonly channel: number }
  | { readonly controller: number; readonly value: number; readonly part: number; readonly beat: Beats; readonly channel: number }
  | { readonly bpm: Bpm; readonly beat: Beats }
  | { readonly beatsPerBar: number; readonly beat: Beats }
  | { readonly marker: string; readonly kind: string; readonly beat: Beats };

/** What a line sets until another one does, and to what; undefined where it sets nothing. */
export function settingOf(line: TakeLine): { readonly what: string; readonly value: string | number } | undefined {
  if ('bpm' in line) return { what: 'bpm', value: line.bpm };
  if ('beatsPerBar' in line) return { what: 'bars', value: line.beatsPerBar };
  if ('program' in line) return { what: `program ${line.part} ${line.channel}`, value: line.program };
  if ('controller' in line && line.controller < firstCommand) return { what: `controller ${line.part} ${line.channel} ${line.controller}`, value: line.value };
  if ('marker' in line) return { what: `marker ${line.kind}`, value: line.marker };
  return undefined;
}

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
