/** What a deck makes of what it hears. */
export const playModes = ['continue', 'answer', 'accompany', 'fill', 'query'] as const;
export type PlayMode = (typeof playModes)[number];
