import { ContinuoError } from '../errors.js';
import { compareNotes, type Note } from '../music/note.js';
import type { ControlMark, KeyMark, MeterMark, ProgramMark, Score, TempoMark } from '../music/score.js';
import type { TickEvent, TickNote, TickScore } from '../music/tick-score.js';
import { maximumBpm, minimumBpm } from '../music/units.js';

export const defaultTicksPerBeat = 480;

/**
 * A score on a grid of ticks: track 0 holds tempo, meter and key, then comes one track a channel, in order of channel.
 * Within a track events are in order of tick: programs, controls, then notes. A note lasts one tick or longer.
 * @throws ContinuoError badValue when something happens before beat 0; shift the score first.
 * @example scoreToTicks(scoreOf([{ beat: 1.5, ... }])).tracks[1][0].tick // → 720
 */
export function scoreToTicks(score: Score, ticksPerBeat = defaultTicksPerBeat): TickScore {
  const toTick = (beat: number): number => {
    const tick = Math.round(beat * ticksPerBeat);
    if (tick < 0) {
      throw new ContinuoError('badValue', `A MIDI file cannot hold beat ${beat}; shift the score to begin at beat 0 or later.`);
    }
    return tick;
  };
  const frame: TickEvent[] = [
    ...score.meters.map(({ beat, numerator, denominator }): TickEvent => ({
      type: 'meter',
      tick: toTick(beat),
      numerator,
      denominatorPower: Math.round(Math.log2(denominator)),
      clocksPerClick: 24,
      thirtySecondsPerBeat: 8,
    })),
    ...score.keys.map(({ beat, sharps, minor }): TickEvent => ({ type: 'key', tick: toTick(beat), sharps, minor })),
    ...score.tempos.map(({ beat, bpm }): TickEvent => {
      return { type: 'tempo', tick: toTick(beat), microsPerBeat: Math.round(60e6 / bpm) };
    }),
  ];
  const channels = new Map<number, TickEvent[]>();
  const add = (event: Exclude<TickEvent, { type: 'tempo' | 'meter' | 'key' }>): void => {
    const events = channels.get(event.channel);
    if (events === undefined) channels.set(event.channel, [event]);
    else events.push(event);
  };
  for (const { beat, channel, program } of score.programs) add({ type: 'program', tick: toTick(beat), channel, program });
  for (const { beat, channel, controller, value } of score.controls) {
    add({ type: 'control', tick: toTick(beat), channel, controller, value });
  }
  for (const { beat, duration, channel, pitch, velocity } of score.notes) {
    const tick = toTick(beat);
    add({ type: 'note', tick, duration: Math.max(1, toTick(beat + duration) - tick), channel, pitch, velocity });
  }
  const parts = [...channels].sort((a, b) => a[0] - b[0]).map(([, events]) => events);
  return { ticksPerBeat, tracks: [frame, ...parts].map((events) => events.sort((a, b) => a.tick - b.tick)) };
}

/**
 * A tick score in beats, its tracks together. What is no music is left out: numbers no MIDI message holds, tempo 0,
 * meters of nothing, keys past seven sharps or flats. A note without length gets one tick; a tempo outside the
 * engine's range its nearest end.
 */
export function ticksToScore({ ticksPerBeat, tracks }: TickScore): Score {
  const notes: Note[] = [];
  const programs: ProgramMark[] = [];
  const controls: ControlMark[] = [];
  const tempos: TempoMark[] = [];
  const meters: MeterMark[] = [];
  const keys: KeyMark[] = [];
  for (const event of tracks.flat()) {
    const beat = event.tick / ticksPerBeat;
    switch (event.type) {
      case 'note':
        if (isPlayable(event)) notes.push(toNote(event, beat, ticksPerBeat));
        break;
      case 'program':
        if (isChannel(event.channel) && isData(event.program)) {
          programs.push({ beat, channel: event.channel, program: event.program });
        }
        break;
      case 'control':
        if (isChannel(event.channel) && isData(event.controller) && isData(event.value)) {
          controls.push({ beat, channel: event.channel, controller: event.controller, value: event.value });
        }
        break;
      case 'tempo':
        if (event.microsPerBeat > 0) {
          tempos.push({ beat, bpm: Math.max(minimumBpm, Math.min(maximumBpm, 60e6 / event.microsPerBeat)) });
        }
        break;
      case 'meter':
        if (event.numerator > 0) meters.push({ beat, numerator: event.numerator, denominator: 2 ** event.denominatorPower });
        break;
      case 'key':
        if (Math.abs(event.sharps) <= 7) keys.push({ beat, sharps: event.sharps, minor: event.minor });
    }
  }
  return {
    notes: notes.sort(compareNotes),
    programs: byBeat(programs),
    controls: byBeat(controls),
    tempos: byBeat(tempos),
    meters: byBeat(meters),
    keys: byBeat(keys),
  };
}

function toNote({ duration, channel, pitch, velocity }: TickNote, beat: number, ticksPerBeat: number): Note {
  return { beat, duration: Math.max(1, duration) / ticksPerBeat, channel, pitch, velocity };
}

function isPlayable({ channel, pitch, velocity }: TickNote): boolean {
  return isChannel(channel) && isData(pitch) && isData(velocity) && velocity > 0;
}

function isChannel(channel: number): boolean {
  return channel >= 0 && channel <= 15;
}

function isData(value: number): boolean {
  return value >= 0 && value <= 127;
}

function byBeat<T extends { readonly beat: number }>(marks: T[]): T[] {
  return marks.sort((a, b) => a.beat - b.beat);
}
