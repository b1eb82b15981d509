import type { Division } from './chunks.js';

/** How the ticks of a file count in beats. */
export interface BeatTime {
  readonly ticksPerBeat: number;
  /** The tempo that makes ticks as long as the file says, where tempo events do not rule. */
  readonly microsPerBeat: number | undefined;
}

/** SMPTE time becomes beats at about 120 BPM with the file's own ticks kept. */
export function beatTime(division: Division): BeatTime {
  if ('ticksPerBeat' in division) return { ticksPerBeat: division.ticksPerBeat, microsPerBeat: undefined };
  const ticksPerBeat = Math.max(1, Math.round(division.ticksPerSecond / 2));
  return { ticksPerBeat, microsPerBeat: Math.round((ticksPerBeat / division.ticksPerSecond) * 1e6) };
}
