/** What a deck makes of what it hears. */
export const playModes = ['continue', 'answer', 'accompany', 'query'] as const;
export type PlayMode = (typeof playModes)[number];
