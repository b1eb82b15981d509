import { ContinuoError } from '../../../engine/errors.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { IdList } from './id-list.js';
import {
  barId,
  durationId,
  endId,
  longestDuration,
  meterId,
  pitchId,
  positionId,
  programId,
  sixteenthsPerBeat,
  startId,
  tempoId,
  tempoIndex,
  trackEndId,
  trackStartId,
  velocityId,
  velocityLevel,
} from './phrase-vocabulary.js';
import { planBars } from './plan-bars.js';
import { Voices } from './voices.js';

/** Longer pieces are refused: five days of 4/4 at a walking pace. */
export const maximumSixteenths = 2 ** 21;

/** A tick that is a place but for its rounding. */
const rounding = 1e-3;
const positions = 16;
const pitches = 128;
const voices = 129;
/** A note is one number: bar, voice, position, pitch, then what is heard: so numeric order is the order of the stream. */
const soundSize = 512;
const voiceSize = soundSize * pitches * positions;
const barSize = voiceSize * voices;

/** How a score is told. */
export interface PhraseForm {
  /** All but drums is one part, of this program, and drums are left out. Default: as many parts as there are programs. */
  readonly program?: number | undefined;
  /** The score goes on at this tick: the bar in which that is is told as far as it goes, and its track is left open. Default: it ends. */
  readonly untilTick?: number;
}

/**
 * A score as base ids, bar by bar and in a bar track by track: `BAR [TIMESIG] [TEMPO] {TRACK_START PROGRAM {POS (PITCH
 * VEL DUR)+}+ TRACK_END}*`, within start and end ids. Tracks of one program are one; programs rise within a bar,
 * positions within a track, pitches within a position. Meter and tempo stand in the first bar and where they change; a
 * tempo counts from the bar line after it. Of notes with one voice, place and pitch the loudest and longest values
 * count; a note ends where its voice strikes its pitch again.
 * @throws ContinuoError badMidiFile when the score has no time base or is too long.
 */
export function encodePhrases(score: TickScore, { program, untilTick }: PhraseForm = {}): Int32Array {
  if (!(score.ticksPerBeat >= 1)) {
    throw new ContinuoError('badMidiFile', `A score with ${score.ticksPerBeat} ticks a beat has no time; give it 1 or more.`);
  }
  const placer = new NotePlacer(score, program);
  const { count, lastOnset } = placer.measure();
  if (lastOnset >= maximumSixteenths) {
    throw new ContinuoError(
      'badMidiFile',
      `The piece has a note ${Math.round(lastOnset / sixteenthsPerBeat)} beats from its start; cut it to fewer than ${maximumSixteenths / sixteenthsPerBeat}.`,
    );
  }
  // Where nothing was before, nothing is under way.
  const goesOn = untilTick !== undefined && (untilTick > 0 || count > 0);
  const last = goesOn ? Math.max(lastOnset, Math.ceil((untilTick * sixteenthsPerBeat) / score.ticksPerBeat - rounding)) : lastOnset;
  const bars = last < 0 ? [] : [...planBars(score, last)];
  return writeBars(score, bars, placer.pack(count, bars), goesOn);
}

/** Notes on the grid, one number each: a long piece has millions. */
class NotePlacer {
  private readonly programs: Voices;
  private readonly perTick: number;

  constructor(
    private readonly score: TickScore,
    private readonly program: number | undefined,
  ) {
    this.programs = new Voices(score.tracks);
    this.perTick = sixteenthsPerBeat / score.ticksPerBeat;
  }

  measure(): { count: number; lastOnset: number } {
    let count = 0;
    let lastOnset = -1;
    for (const track of this.score.tracks) {
      for (const event of track) {
        if (event.type !== 'note' || !this.isHeard(event)) continue;
        count += 1;
        lastOnset = Math.max(lastOnset, this.onsetOf(event));
      }
    }
    return { count, lastOnset };
  }

  /** In the order of the stream. */
  pack(count: number, bars: readonly { start: number }[]): Float64Array {
    const packed = new Float64Array(count);
    let next = 0;
    this.score.tracks.forEach((track, index) => {
      for (const event of track) {
        if (event.type !== 'note' || !this.isHeard(event)) continue;
        const onset = this.onsetOf(event);
        const bar = barAt(bars, onset);
        const length = Math.max(1, Math.min(longestDuration, Math.floor(event.duration * this.perTick + 0.5)));
        const voice = this.program ?? this.programs.programOf(index, event);
        const place = ((voice * positions + onset - bars[bar].start) * pitches + event.pitch) * soundSize;
        packed[next] = bar * barSize + place + (length - 1) * 32 + velocityLevel(event.velocity);
        next += 1;
      }
    });
    return packed.sort();
  }

  private isHeard(note: TickNote): boolean {
    return isPlayable(note) && (this.program === undefined || note.channel !== drumChannel);
  }

  private onsetOf({ tick }: TickNote): number {
    return Math.floor(tick * this.perTick + 0.5);
  }
}

function isPlayable({ tick, channel, pitch }: TickNote): boolean {
  return tick >= 0 && channel >= 0 && channel <= 15 && pitch >= 0 && pitch <= 127;
}

function barAt(bars: readonly { start: number }[], onset: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].start <= onset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function writeBars(
  score: TickScore,
  bars: readonly { start: number; meter: number }[],
  packed: Float64Array,
  goesOn: boolean,
): Int32Array {
  const ids = new IdList(packed.length * 4 + bars.length * 4 + 16);
  const tempoAt = tempos(score);
  ids.push(startId);
  let meter = -1;
  let tempo = -1;
  let next = 0;
  const lengths = soundingLengths(packed, bars);
  bars.forEach((bar, index) => {
    ids.push(barId);
    if (bar.meter !== meter) ids.push(meterId((meter = bar.meter)));
    const here = tempoAt(bar.start);
    if (here !== tempo) ids.push(tempoId((tempo = here)));
    next = writeTracks(ids, packed, lengths, next, index, goesOn && index === bars.length - 1);
  });
  ids.push(endId);
  return ids.view();
}

/** Writes the tracks of one bar and returns the first note after them. */
function writeTracks(ids: IdList, packed: Float64Array, lengths: Uint8Array, first: number, bar: number, staysOpen: boolean): number {
  const end = (bar + 1) * barSize;
  let voice = -1;
  let place = -1;
  let at = first;
  for (; at < packed.length && packed[at] < end; at += 1) {
    if (lengths[at] === 0) continue;
    const inBar = packed[at] - bar * barSize;
    const pitchAndSound = inBar % (soundSize * pitches);
    const newVoice = Math.floor(inBar / voiceSize);
    const newPlace = Math.floor(inBar / (soundSize * pitches));
    if (newVoice !== voice) {
      if (voice >= 0) ids.push(trackEndId);
      ids.push(trackStartId);
      ids.push(programId(newVoice));
      voice = newVoice;
    }
    if (newPlace !== place) {
      ids.push(positionId(newPlace % positions));
      place = newPlace;
    }
    ids.push(pitchId(Math.floor(pitchAndSound / soundSize)));
    ids.push(velocityId(pitchAndSound & 31));
    ids.push(durationId(lengths[at]));
  }
  if (voice >= 0 && !staysOpen) ids.push(trackEndId);
  return at;
}

/** Length in sixteenths of each note, 0 where another stands at its place: the loudest stays, as long as the longest. */
function soundingLengths(packed: Float64Array, bars: readonly { start: number }[]): Uint8Array {
  const lengths = new Uint8Array(packed.length);
  const before = new Int32Array(voices * pitches).fill(-1);
  const onsetBefore = new Int32Array(voices * pitches);
  packed.forEach((note, index) => {
    const bar = Math.floor(note / barSize);
    const inBar = note - bar * barSize;
    const voice = Math.floor(inBar / voiceSize);
    const key = voice * pitches + (Math.floor(inBar / soundSize) % pitches);
    const onset = bars[bar].start + (Math.floor(inBar / (soundSize * pitches)) % positions);
    lengths[index] = ((inBar % soundSize) >> 5) + 1;
    const last = before[key];
    if (last >= 0 && onsetBefore[key] === onset) {
      // The later of two in order has the greater length; its level may be the lower one.
      if ((packed[last] & 31) > (note & 31)) packed[index] = note - (note % 32) + (packed[last] % 32);
      lengths[last] = 0;
    } else if (last >= 0) {
      lengths[last] = Math.min(lengths[last], onset - onsetBefore[key]);
    }
    before[key] = index;
    onsetBefore[key] = onset;
  });
  return lengths;
}

/** Index of the tempo in force at a sixteenth; ask in rising order. */
function tempos({ ticksPerBeat, tracks }: TickScore): (sixteenth: number) => number {
  const changes: { at: number; index: number }[] = [];
  for (const track of tracks) {
    for (const event of track) {
      if (event.type !== 'tempo' || !(event.microsPerBeat > 0)) continue;
      const at = Math.floor((event.tick * sixteenthsPerBeat) / ticksPerBeat + 0.5);
      changes.push({ at, index: tempoIndex(60e6 / event.microsPerBeat) });
    }
  }
  changes.sort((a, b) => a.at - b.at);
  let next = 0;
  let index = tempoIndex(120);
  return (sixteenth) => {
    while (next < changes.length && changes[next].at <= sixteenth) index = changes[next++].index;
    return index;
  };
}
