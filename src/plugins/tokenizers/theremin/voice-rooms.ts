import type { ThereminState } from './grammar-state.js';

/** What room the notes that sound leave under a most of notes at once. */
export interface VoiceRooms {
  /** Notes there is room for at once; the first so many of `stepsToRoom` are 0. */
  readonly freeVoices: number;
  /** `[c - 1]`: steps from the last onset until there is room for c more notes. */
  readonly stepsToRoom: Float64Array;
  /** Notes that may come and still sound when the longest step is over: one room is kept free for then. */
  readonly lastingNotes: number;
}

export function voiceRooms({ ends, position }: ThereminState, maximumPolyphony: number, longestStep: number): VoiceRooms {
  const latestFirst = ends.filter((end) => end > position).sort((a, b) => b - a);
  const stepsToRoom = Float64Array.from({ length: maximumPolyphony }, (_, index) => {
    const left = maximumPolyphony - 1 - index;
    return left < latestFirst.length ? latestFirst[left] - position : 0;
  });
  const lasting = latestFirst.filter((end) => end > position + longestStep).length;
  const freeVoices = Math.max(0, maximumPolyphony - latestFirst.length);
  return { freeVoices, stepsToRoom, lastingNotes: Math.max(0, maximumPolyphony - 1 - lasting) };
}
