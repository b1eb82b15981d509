import type { Bpm } from './units.js';

/**
 * A tempo between a host's (`rubato` 0) and a model's (1): lengths of beats are mixed by their ratio, so that half way
 * from 60 to 240 bpm is 120.
 * @example blendedBpm(240, 60, 0.5) // → 120
 */
export function blendedBpm(modelBpm: Bpm, hostBpm: Bpm, rubato: number): Bpm {
  if (rubato === 1) return modelBpm;
  return hostBpm * (modelBpm / hostBpm) ** rubato;
}
