import { scoreToTicks } from '../midi-file/score-ticks.js';
import { shiftScore, type Score } from '../music/score.js';
import type { TickEvent, TickScore } from '../music/tick-score.js';
import type { Beats } from '../music/units.js';

/**
 * A score as file events, `originBeat` at tick 0; what comes before it is put there. `trackOf` says which track a
 * channel's events stand in (>= 1; track 0 is for tempo, meter and key).
 */
export function ticksOfScore(score: Score, originBeat: Beats, trackOf: (channel: number) => number): TickScore {
  const { ticksPerBeat, tracks: [frame, ...parts] } = scoreToTicks(shiftScore(notBefore(score, originBeat), 0 - originBeat));
  const tracks: TickEvent[][] = [[...frame]];
  for (const event of parts.flat()) {
    if (!('channel' in event)) continue;
    const track = trackOf(event.channel);
    while (tracks.length <= track) tracks.push([]);
    tracks[track].push(event);
  }
  for (const track of tracks) track.sort((a, b) => a.tick - b.tick);
  return { ticksPerBeat, tracks };
}

function notBefore(score: Score, beat: Beats): Score {
  const later = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] => items.map((item) => (item.beat < beat ? { ...item, beat } : item));
  return {
    notes: later(score.notes),
    programs: later(score.programs),
    controls: later(score.controls),
    tempos: later(score.tempos),
    meters: later(score.meters),
    keys: later(score.keys),
  };
}
