import type { Bpm } from '../music/units.js';

/** A host's tempo that trembles by less than this is the same tempo. */
const tolerance: Bpm = 0.75;

/**
 * The tempo music is written for: the host's in whole BPM. It stays while the host's only trembles, as the tempo of a
 * followed clock always does, so that a tempo on the edge between two of a format's does not flicker between them.
 */
export class WrittenTempo {
  private tempo: Bpm = NaN;

  /** @param hostBpm the host's tempo at this moment. */
  at(hostBpm: Bpm): Bpm {
    if (!(Math.abs(hostBpm - this.tempo) < tolerance)) this.tempo = Math.round(hostBpm);
    return this.tempo;
  }
}
