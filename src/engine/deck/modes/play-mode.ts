/** What a deck makes of what it hears. */
export const playModes = ['continue', 'answer', 'accompany', 'fill', 'query'] as const;
export type PlayMode = (typeof playModes)[number];

/** Whether a deck in it says nothing by itself. */
export function waitsForSomebody(mode: PlayMode): boolean {
  return mode === 'query' || mode === 'answer' || mode === 'fill';
}
