import type { MusicConstraint, PitchClassWish, Range } from '../../../engine/music/constraint.js';
import { drumChannel } from '../../../engine/music/note.js';
import { ForcedNotes } from './forced-notes.js';
import { countedVoices } from './grammar-state.js';
import { stepsPerBeat } from './row-event.js';
import type { SkytntVocabulary } from './vocabulary.js';

/** Pitches with their biases. */
export interface PitchChoice {
  readonly pitches: readonly number[];
  readonly biases: readonly number[];
}

/** What a performer allows, in the numbers of the format. Fields that leave nothing have given way. */
export interface GridConstraint {
  /** Melodic pitches, the most wanted choice first; the last one holds all. */
  readonly pitchChoices: readonly PitchChoice[];
  readonly channels: readonly number[];
  /** Whether anybody asked for {@link channels}. */
  readonly namesChannels: boolean;
  readonly programs: readonly number[];
  readonly velocities: Range;
  /** In steps. */
  readonly durations: Range;
  /** In steps; Infinity for any. */
  readonly longestRest: number;
  /** Infinity for any. */
  readonly polyphony: number;
  /** 0 for any. */
  readonly fewestOnsets: number;
  /** Infinity for any. */
  readonly mostOnsets: number;
  readonly forced: ForcedNotes;
  /** 0 for any. */
  readonly bpm: number;
  /** Kinds besides notes; `undefined` for all but the end. */
  readonly kinds: readonly string[] | undefined;
}

/** No beat is asked for more onsets than this. */
const mostOnsetsAsked = 64;
const wholeMidiRange: Range = { low: 0, high: 127 };

/** A constraint on the grid: made once for each constraint, asked for at every id. */
export function toGrid(constraint: MusicConstraint, vocabulary: SkytntVocabulary): GridConstraint {
  const { channels, programs, maximumRestBeats, maximumPolyphony, onsetsPerBeat, forcedNotes, tempo, eventKinds } = constraint;
  const wishedChannels = wished(channels, 15);
  const onsets = onsetsPerBeat !== undefined && onsetsPerBeat.low <= onsetsPerBeat.high ? onsetsPerBeat : undefined;
  const polyphony = Math.max(1, Math.floor(numberOr(maximumPolyphony, Infinity)));
  const longestRest = Math.floor(numberOr(maximumRestBeats, Infinity) * stepsPerBeat);
  const bpm = numberOr(tempo, 0);
  return {
    pitchChoices: pitchChoices(constraint),
    channels: wishedChannels ?? numbers(0, 15),
    namesChannels: wishedChannels !== undefined,
    programs: wished(programs, 127) ?? numbers(0, 127),
    velocities: gridRange({ low: 1, high: 127 }, constraint.velocityRange, 1),
    durations: gridRange({ low: 1, high: vocabulary.block('duration').size - 1 }, constraint.durationRange, stepsPerBeat),
    // A rest shorter than the grid would stop time.
    longestRest: Math.max(1, longestRest),
    polyphony: polyphony > countedVoices ? Infinity : polyphony,
    fewestOnsets: Math.max(0, Math.min(mostOnsetsAsked, Math.ceil(onsets?.low ?? 0))),
    mostOnsets: Math.max(1, Math.floor(onsets?.high ?? Infinity)),
    forced: new ForcedNotes(forcedNotes ?? []),
    bpm: bpm === 0 ? 0 : Math.max(1, Math.min(vocabulary.maximumBpm, Math.round(bpm))),
    kinds: eventKinds,
  };
}

/** Whether drums may play: when they are asked for, or play already where nobody was asked for by name. */
export function drumsMayPlay({ channels, namesChannels }: GridConstraint, hasDrums: boolean): boolean {
  return namesChannels ? channels.includes(drumChannel) : hasDrums;
}

/** Choices in the order in which one gives way to the next. */
function pitchChoices({ pitchRange, scale, chord }: MusicConstraint): PitchChoice[] {
  const range = gridRange(wholeMidiRange, pitchRange, 1);
  const wishes = [[scale, chord], [chord], [scale], []].map((choice) => choose(range, choice));
  return [...wishes, choose(wholeMidiRange, [])].filter((choice) => choice.pitches.length > 0);
}

function choose({ low, high }: Range, wishes: readonly (PitchClassWish | undefined)[]): PitchChoice {
  const spoken = wishes.filter((wish): wish is PitchClassWish => wish !== undefined && wish.pitchClasses.length > 0);
  const isOff = (wish: PitchClassWish, pitch: number): boolean => !wish.pitchClasses.includes(pitch % 12);
  const pitches = numbers(low, high).filter((pitch) => !spoken.some((wish) => wish.strict && isOff(wish, pitch)));
  const biases = pitches.map((pitch) => spoken.reduce((bias, wish) => (isOff(wish, pitch) ? bias - wish.bias : bias), 0));
  return { pitches, biases };
}

/** The values among 0..highest that are wished for, rising, without repeats; `undefined` for none. */
function wished(values: readonly number[] | undefined, highest: number): number[] | undefined {
  const valid = [...new Set(values)].filter((value) => Number.isInteger(value) && value >= 0 && value <= highest).sort((a, b) => a - b);
  return valid.length > 0 ? valid : undefined;
}

/** The values inside a range; the nearest one where the range falls between two; all where it misses them. */
function gridRange(whole: Range, range: Range | undefined, unitsInOne: number): Range {
  if (range === undefined || !(range.low <= range.high)) return whole;
  let low = Math.ceil(range.low * unitsInOne);
  let high = Math.floor(range.high * unitsInOne);
  if (low > high) low = high = Math.max(whole.low, Math.round(range.low * unitsInOne));
  low = Math.max(whole.low, low);
  high = Math.min(whole.high, high);
  return low <= high ? { low, high } : whole;
}

function numberOr(value: number | undefined, absent: number): number {
  return value === undefined || Number.isNaN(value) ? absent : value;
}

function numbers(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}
