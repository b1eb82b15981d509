import type { Score } from '../music/score.js';
import type { TickEvent, TickScore } from '../music/tick-score.js';
import type { Beats } from '../music/units.js';

/** Divides by every grid in use: sixteenths of a beat, triplets, five in the time of four. */
const ticksPerBeat = 480;

/**
 * A score as file events, `originBeat` at tick 0; what comes before it is put there. Tempo, meter and key stand in track
 * 0; `trackOf` says which track a channel's events stand in (>= 1).
 */
export function ticksOfScore(score: Score, originBeat: Beats, trackOf: (channel: number) => number): TickScore {
  const tracks: TickEvent[][] = [];
  const put = (track: number, event: TickEvent): void => {
    while (tracks.length <= track) tracks.push([]);
    tracks[track].push(event);
  };
  const tick = (beat: Beats): number => Math.max(0, Math.round((beat - originBeat) * ticksPerBeat));
  for (const { beat, bpm } of score.tempos) put(0, { type: 'tempo', tick: tick(beat), microsPerBeat: Math.round(60_000_000 / bpm) });
  for (const { beat, numerator, denominator } of score.meters) {
    const denominatorPower = Math.round(Math.log2(denominator));
    put(0, { type: 'meter', tick: tick(beat), numerator, denominatorPower, clocksPerClick: 24, thirtySecondsPerBeat: 8 });
  }
  for (const { beat, sharps, minor } of score.keys) put(0, { type: 'key', tick: tick(beat), sharps, minor });
  for (const { beat, channel, program } of score.programs) put(trackOf(channel), { type: 'program', tick: tick(beat), channel, program });
  for (const { beat, channel, controller, value } of score.controls) {
    put(trackOf(channel), { type: 'control', tick: tick(beat), channel, controller, value });
  }
  for (const { beat, duration, channel, pitch, velocity } of score.notes) {
    put(trackOf(channel), { type: 'note', tick: tick(beat), duration: Math.max(1, Math.round(duration * ticksPerBeat)), channel, pitch, velocity });
  }
  for (const track of tracks) track.sort((a, b) => a.tick - b.tick);
  return { ticksPerBeat, tracks };
}
