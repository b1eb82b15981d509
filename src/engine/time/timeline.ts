import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros } from '../music/units.js';

/**
 * An immutable bijection between beats and microseconds: at `timeOrigin` it is `beatOrigin`, and tempo does the rest.
 * After Ableton Link's Timeline.
 */
export interface Timeline {
  readonly bpm: Bpm;
  readonly beatOrigin: Beats;
  readonly timeOrigin: Micros;
}

/** @example microsPerBeat({ bpm: 120, ... }) // → 500000 */
export function microsPerBeat(timeline: Timeline): number {
  return 60_000_000 / timeline.bpm;
}

export function beatAt(timeline: Timeline, micros: Micros): Beats {
  return timeline.beatOrigin + (micros - timeline.timeOrigin) / microsPerBeat(timeline);
}

export function timeAt(timeline: Timeline, beat: Beats): Micros {
  return timeline.timeOrigin + (beat - timeline.beatOrigin) * microsPerBeat(timeline);
}

/** The same position at `micros`, another tempo from there on. The tempo is kept within 20..999. */
export function withTempo(timeline: Timeline, bpm: Bpm, micros: Micros): Timeline {
  return {
    bpm: Math.min(maximumBpm, Math.max(minimumBpm, bpm)),
    beatOrigin: beatAt(timeline, micros),
    timeOrigin: micros,
  };
}

/** The same tempo, with `beat` falling on `micros`. */
export function withBeatAt(timeline: Timeline, beat: Beats, micros: Micros): Timeline {
  return { bpm: timeline.bpm, beatOrigin: beat, timeOrigin: micros };
}
