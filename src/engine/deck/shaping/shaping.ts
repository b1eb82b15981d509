import { drumChannel, endBeat, type Note } from '../../music/note.js';
import type { ControlMark, ProgramMark, Score } from '../../music/score.js';
import type { Beats } from '../../music/units.js';
import { accentFactor, type Accents } from './accents.js';
import { humanBeat, humanVelocity, type Humanise } from './humanise.js';
import { routedChannel, type Routing } from './routing.js';
import { swungBeat, type Swing } from './swing.js';
import { transposedPitch } from './transpose.js';

/** What shaping works on. */
export type Music = Pick<Score, 'notes' | 'programs' | 'controls'>;

/** How a deck plays what its composer wrote. A value; the composer never hears of it. */
export interface Shaping {
  /** False: muted, or another deck plays solo. Programs and controllers are told all the same. */
  readonly audible: boolean;
  readonly routing: Routing;
  /** -1: the pack's own; 0..127: this one on every channel but that of the drums. */
  readonly program: number;
  readonly transposeSemitones: number;
  /** Factor on velocities. */
  readonly gain: number;
  readonly swing: Swing;
  readonly humanise: Humanise;
  readonly accents: Accents;
}

/** Leaves music as it is. */
export const neutralShaping: Shaping = {
  audible: true,
  routing: { channel: 0, drums: 'as-written' },
  program: -1,
  transposeSemitones: 0,
  gain: 1,
  swing: { share: 0.5, gridBeats: 0.5 },
  humanise: { timingBeats: 0, velocitySpread: 0, seed: 0 },
  accents: { amount: 0, beatsPerBar: 4 },
};

/** No note is shorter. */
const shortest: Beats = 1 / 960;

/** The note as it is played; `undefined` where it is not. Its end moves as its beginning does. Pure. */
export function shapeNote(note: Note, shaping: Shaping): Note | undefined {
  const channel = routedChannel(note.channel, shaping.routing);
  if (!shaping.audible || channel === undefined) return undefined;
  const beat = playedBeat(note.beat, note.channel, shaping);
  return {
    beat,
    duration: keepsTime(shaping) ? note.duration : Math.max(shortest, playedBeat(endBeat(note), note.channel, shaping) - beat),
    channel,
    pitch: transposedPitch(note, shaping.transposeSemitones),
    velocity: playedVelocity(note, shaping),
  };
}

/** `undefined` where the deck's own program is in its place, or its channel is left out. Pure. */
export function shapeProgram(mark: ProgramMark, shaping: Shaping): ProgramMark | undefined {
  if (shaping.program >= 0 && mark.channel !== drumChannel) return undefined;
  return shapeMark(mark, shaping);
}

/** `undefined` where its channel is left out. Pure. */
export function shapeControl(mark: ControlMark, shaping: Shaping): ControlMark | undefined {
  return shapeMark(mark, shaping);
}

/** All of it as it is played. */
export function shapeMusic({ notes, programs, controls }: Music, shaping: Shaping): Music {
  return {
    notes: notes.flatMap((note) => shapeNote(note, shaping) ?? []),
    programs: programs.flatMap((mark) => shapeProgram(mark, shaping) ?? []),
    controls: controls.flatMap((mark) => shapeControl(mark, shaping) ?? []),
  };
}

/** A mark comes when the notes of its channel do that were written beside it. */
function shapeMark<Mark extends { readonly beat: Beats; readonly channel: number }>(mark: Mark, shaping: Shaping): Mark | undefined {
  const channel = routedChannel(mark.channel, shaping.routing);
  return channel === undefined ? undefined : { ...mark, channel, beat: playedBeat(mark.beat, mark.channel, shaping) };
}

function keepsTime({ swing, humanise }: Shaping): boolean {
  return swing.share === 0.5 && humanise.timingBeats === 0;
}

function playedBeat(beat: Beats, channel: number, { swing, humanise }: Shaping): Beats {
  return humanBeat(swungBeat(beat, swing), channel, humanise);
}

function playedVelocity(note: Note, { gain, accents, humanise }: Shaping): number {
  const velocity = note.velocity * gain * accentFactor(note.beat, accents) + humanVelocity(note, humanise);
  return Math.max(1, Math.min(127, Math.round(velocity)));
}
