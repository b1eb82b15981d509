import { ContinuoError } from '../../errors.js';
import { endBeat, type Note } from '../../music/note.js';
import type { MusicConstraint } from '../../music/constraint.js';
import type { Beats } from '../../music/units.js';
import type { ParameterValue } from '../../parameters/parameter.js';

/** What a query may ask of the note; beats of `earliest` and `latest` count from now. */
export interface QueryWishes {
  readonly lowPitch?: number;
  readonly highPitch?: number;
  /** 0..15 */
  readonly channel?: number;
  readonly earliest?: Beats;
  readonly latest?: Beats;
  readonly lowVelocity?: number;
  readonly highVelocity?: number;
  readonly shortest?: Beats;
  readonly longest?: Beats;
  /** Most notes that sound at once, with this one. */
  readonly polyphony?: number;
}

export type QueryWord = keyof QueryWishes;

interface Word {
  readonly name: string;
  readonly word: QueryWord;
  readonly minimum: number;
  readonly maximum: number;
  readonly whole?: boolean;
}

const words: readonly Word[] = [
  { name: 'latest', word: 'latest', minimum: 0, maximum: 64 },
  { name: 'polyphony', word: 'polyphony', minimum: 1, maximum: 128, whole: true },
  { name: 'shortest', word: 'shortest', minimum: 0, maximum: 64 },
  { name: 'longest', word: 'longest', minimum: 0, maximum: 64 },
  { name: 'low-velocity', word: 'lowVelocity', minimum: 1, maximum: 127, whole: true },
  { name: 'high-velocity', word: 'highVelocity', minimum: 1, maximum: 127, whole: true },
  { name: 'earliest', word: 'earliest', minimum: 0, maximum: 64 },
  { name: 'channel', word: 'channel', minimum: 0, maximum: 15, whole: true },
  { name: 'low-pitch', word: 'lowPitch', minimum: 0, maximum: 127, whole: true },
  { name: 'high-pitch', word: 'highPitch', minimum: 0, maximum: 127, whole: true },
];

/** Wishes are given up in this order, the cheapest first: when, how many, how long, how loud, and only then what. */
export const cheapestFirst: readonly QueryWord[] = words.map(({ word }) => word);

/** Reads words and their values in turn. Errors: `badValue` with the words there are. */
export function readQueryWishes(given: readonly ParameterValue[]): QueryWishes {
  const wishes: Partial<Record<QueryWord, number>> = {};
  for (let at = 0; at < given.length; at += 2) {
    const known = words.find(({ name }) => name === given[at]);
    if (!known || at + 1 >= given.length) {
      throw new ContinuoError('badValue', `A query takes words with their values, not "${String(given[at])}"${known ? ' alone' : ''}: ${words.map(({ name }) => name).join(', ')}.`);
    }
    const value = Number(given[at + 1]);
    const isRight = value >= known.minimum && value <= known.maximum && (!known.whole || Number.isInteger(value));
    if (!isRight) throw new ContinuoError('badValue', `${known.name} must be ${known.whole ? 'a whole number ' : ''}${known.minimum} to ${known.maximum}, not "${String(given[at + 1])}".`);
    wishes[known.word] = value;
  }
  return wishes;
}

/** The names of some words, as they are given. */
export function namesOf(given: readonly QueryWord[]): readonly string[] {
  return words.filter(({ word }) => given.includes(word)).map(({ name }) => name);
}

/** The wishes without some of them. */
export function without(wishes: QueryWishes, given: readonly QueryWord[]): QueryWishes {
  return Object.fromEntries(Object.entries(wishes).filter(([word]) => !given.includes(word as QueryWord)));
}

/** Those wishes that a note leaves unmet. `sounding`: what may sound beside it. */
export function unmet(note: Note, wishes: QueryWishes, nowBeat: Beats, sounding: readonly Note[]): readonly QueryWord[] {
  const beside = sounding.filter((other) => other.beat <= note.beat + tiny && endBeat(other) > note.beat + tiny).length;
  const inside = (value: number, low = -Infinity, high = Infinity): boolean => value >= low - tiny && value <= high + tiny;
  const met: Readonly<Record<QueryWord, boolean>> = {
    latest: inside(note.beat - nowBeat, undefined, wishes.latest),
    polyphony: beside + 1 <= (wishes.polyphony ?? Infinity),
    shortest: inside(note.duration, wishes.shortest),
    longest: inside(note.duration, undefined, wishes.longest),
    lowVelocity: inside(note.velocity, wishes.lowVelocity),
    highVelocity: inside(note.velocity, undefined, wishes.highVelocity),
    earliest: inside(note.beat - nowBeat, wishes.earliest),
    channel: wishes.channel === undefined || note.channel === wishes.channel,
    lowPitch: inside(note.pitch, wishes.lowPitch),
    highPitch: inside(note.pitch, undefined, wishes.highPitch),
  };
  return cheapestFirst.filter((word) => wishes[word] !== undefined && !met[word]);
}

/** What holds where no wish says otherwise. */
export interface QueryLimits {
  readonly longestWait: Beats;
  readonly longestNote: Beats;
}

/** The wishes as a composer is asked for them; it keeps those that its format can say. The deck's own hold beside them. */
export function constraintOf(wishes: QueryWishes, base: MusicConstraint, { longestWait, longestNote }: QueryLimits): MusicConstraint {
  const { lowPitch, highPitch, channel, latest, earliest = 0, lowVelocity, highVelocity, shortest, longest, polyphony } = wishes;
  const has = (...values: readonly (number | undefined)[]): boolean => values.some((value) => value !== undefined);
  return {
    ...base,
    ...(has(lowPitch, highPitch) && { pitchRange: ordered(lowPitch ?? 0, highPitch ?? 127) }),
    ...(has(lowVelocity, highVelocity) && { velocityRange: ordered(lowVelocity ?? 1, highVelocity ?? 127) }),
    durationRange: has(shortest, longest) || !base.durationRange ? ordered(shortest ?? 0, longest ?? Math.max(shortest ?? 0, longestNote)) : base.durationRange,
    ...(channel !== undefined && { channels: [channel] }),
    ...(polyphony !== undefined && { maximumPolyphony: polyphony }),
    maximumRestBeats: Math.max(0, (latest ?? longestWait) - earliest),
  };
}

/** Numbers travel as 32-bit floats. */
const tiny = 1e-4;

function ordered(low: number, high: number): { readonly low: number; readonly high: number } {
  return low <= high ? { low, high } : { low: high, high: low };
}
