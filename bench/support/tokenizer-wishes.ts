import type { MusicConstraint } from '../../src/engine/music/constraint.js';

/** A wish in every field: four beats of melody, come round for a quarter of an hour. */
const everything: Required<MusicConstraint> = {
  pitchRange: { low: 36, high: 96 },
  channels: [0, 1, 2, 9],
  velocityRange: { low: 30, high: 110 },
  durationRange: { low: 0.125, high: 4 },
  maximumRestBeats: 2,
  scale: { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: false, bias: 3 },
  chord: { pitchClasses: [0, 4, 7], strict: false, bias: 1 },
  programs: [0, 24, 33, 48],
  maximumPolyphony: 6,
  onsetsPerBeat: { low: 1, high: 8 },
  forcedNotes: Array.from({ length: 1800 }, (_, beat) => ({ beat, duration: 0.75, channel: 0, pitch: 60 + [0, 4, 7, 5][beat % 4], velocity: 90 })),
  earliestBeat: 0,
  tempo: 120,
  meter: { numerator: 4, denominator: 4 },
  eventKinds: ['program', 'control', 'tempo'],
};

/** What a plugin with these capabilities says it honours. */
export function wishesOf(capabilities: readonly string[]): MusicConstraint {
  return Object.fromEntries(Object.entries(everything).filter(([field]) => capabilities.includes(`constraint:${field}`)));
}
