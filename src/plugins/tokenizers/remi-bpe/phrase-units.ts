import { barsOfMeter } from './plan-bars.js';
import {
  indexTempo,
  levelVelocity,
  longestDuration,
  sixteenthsPerBeat,
  tempoCount,
  velocityLevels,
} from './phrase-vocabulary.js';
import { drumProgram } from './symbols.js';
import type { FormatUnits } from './wishes.js';

/** The format with as many parts as there are programs. */
export const phraseUnits: FormatUnits = {
  unitsPerBeat: sixteenthsPerBeat,
  keepsLimits: true,
  saysEveryMeter: false,
  beatScaleOf: () => 1,
  beatsOf: (duration) => duration / sixteenthsPerBeat,
  bpmOf: indexTempo,
  tempoCount,
  barsOf: barsOfMeter,
  programs: Array.from({ length: drumProgram }, (_, program) => program),
  hasDrums: true,
  keepsEarliest: true,
  durations: Array.from({ length: longestDuration }, (_, index) => index + 1),
  velocities: Array.from({ length: velocityLevels }, (_, level) => levelVelocity(level)),
};

/** The format with one part. */
export function unitsOfPart(program: number): FormatUnits {
  return { ...phraseUnits, programs: [program], hasDrums: false };
}
