import { mostDecks } from '../parameters/most-decks.js';

/** Events that may wait in one lane. */
export const laneCapacity = 16_384;

/** Every key may wait for its end. */
const ends = 16 * 128;

/**
 * So many events a deck may have planned past the present before it composes on: then all decks find room in a lane, with as
 * much again for what stays queued while it is composed anew, and for the stretch that comes last.
 */
export const mostAhead = (laneCapacity - ends) / mostDecks / 2;
