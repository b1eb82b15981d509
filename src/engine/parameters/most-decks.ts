/** A set has no more hands than this. */
export const mostDecks = 8;
