import type { DecodedEvent, Tokenizer } from '../contracts/tokenizer.js';
import { drumChannel, endBeat, type Note } from '../music/note.js';
import type { MeterMark, Score } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import { trim } from './composer-memory.js';
import type { GenerationOptions } from './composer-recipe.js';
import { PromptEncoder } from './prompt-encoder.js';

/** A longer silence in the past is told to the model as one of about this length. */
const longestSilence: Beats = 16;
const commonTime: MeterMark = { beat: 0, numerator: 4, denominator: 4 };
/** Less than is remembered, so that it is not the end of memory that moves the first bar on. */
const longestPast: Beats = 480;
/** A past that does not fit begins at a line of a grid, which is so much finer than what fits. */
const leastStrides = 6;

export interface Prompt {
  /** Begins with `vocabulary.start`; whole rows where the format has rows; no end. */
  readonly tokens: readonly number[];
  /** The beat that time in the tokens counts from: a bar line. */
  readonly originBeat: Beats;
}

/**
 * Chooses what of the past a model is primed with: as much of the recent past as fits, from a bar line on, so that bars
 * keep their place.
 */
export class PromptWriter {
  private readonly encoder: PromptEncoder;
  private readonly channels: readonly number[];
  private readonly setupMeter: MeterMark;
  /** A beat is told when it is over. */
  private readonly tellsByBeat: boolean;

  constructor(
    private readonly tokenizer: Tokenizer,
    options: GenerationOptions,
    private readonly maximumTokens: number,
  ) {
    this.encoder = new PromptEncoder(tokenizer, options);
    this.tellsByBeat = tokenizer.startDecoder(0).onsetsUntilBeat !== undefined;
    this.channels = options.tracks.map((track) => track.channel);
    this.setupMeter = this.setupEvents().flatMap((event) => (event.type === 'meter' ? [event.mark] : [])).at(-1) ?? commonTime;
  }

  /** What the setup rows say, at beat 0. */
  setupEvents(): DecodedEvent[] {
    return this.encoder.setupEvents();
  }

  /**
   * `past`: all of it lies before `atBeat`, or at it. Where a format tells beats as a whole, what lies in the last one is left out if
   * that is not over: see {@link BeatUnderWay}. `most`: ids, where it is to be fewer than usual.
   */
  write(past: Score, atBeat: Beats, most: number = this.maximumTokens): Prompt {
    const meter = past.meters.at(-1) ?? this.setupMeter;
    const bar = (meter.numerator * 4) / meter.denominator;
    const barLine = (beat: Beats): Beats => meter.beat + Math.floor((beat - meter.beat) / bar + sameBeat) * bar;
    const notes = closeSilences(this.playable(past.notes), atBeat, bar);
    const promptOf = (recent: readonly Note[]): Prompt => {
      const originBeat = barLine(recent.length > 0 ? recent[0].beat : atBeat);
      const told = this.tellsByBeat ? ofWholeBeats(recent, originBeat, atBeat) : recent;
      return { tokens: this.encoder.encode({ ...trim(past, originBeat), notes: told }, originBeat, atBeat), originBeat };
    };
    const fits = (recent: readonly Note[]): boolean => promptOf(recent).tokens.length <= most;
    // No format tells a note in less than an id, or less than a row.
    const within = notes.slice(Math.max(0, notes.findIndex((note) => note.beat >= atBeat - longestPast)));
    const recent = largestTail(within, Math.floor(most / this.tokenizer.vocabulary.rowWidth), fits);
    const prompt = promptOf(recent.length < notes.length ? fromBarLine(recent, barLine, bar) : recent);
    return this.tellsByBeat ? this.upTo(lastLine(prompt.originBeat, atBeat), prompt) : prompt;
  }

  /** The same with all there is up to `untilBeat`, also of a beat that is not over there. */
  writeAll(past: Score, untilBeat: Beats): Prompt {
    return this.write(past, this.tellsByBeat ? untilBeat + 1 - 2 * sameBeat : untilBeat);
  }

  /** Without the beat that begins at `line`: a format may round the last onsets before it to it. */
  private upTo(line: Beats, { tokens, originBeat }: Prompt): Prompt {
    const decoder = this.tokenizer.startDecoder(originBeat);
    const isBegun = (token: number): boolean => {
      decoder.push(token);
      return (decoder.onsetsUntilBeat ?? originBeat) > line - sameBeat;
    };
    const end = line > originBeat ? tokens.findIndex(isBegun) : -1;
    return { tokens: end < 0 ? tokens : tokens.slice(0, end), originBeat };
  }

  /** Notes on channels the pack writes: others are led by its first part, drums it does not know are left out. */
  playable(notes: readonly Note[]): readonly Note[] {
    const { channels } = this;
    if (channels.length === 0) return notes;
    const lead = channels.find((channel) => channel !== drumChannel);
    return notes.flatMap((note) => {
      if (channels.includes(note.channel)) return [note];
      return note.channel === drumChannel || lead === undefined ? [] : [{ ...note, channel: lead }];
    });
  }
}

/** Where the last beat ends that is over by `atBeat`. */
function lastLine(originBeat: Beats, atBeat: Beats): Beats {
  return originBeat + Math.floor(atBeat - originBeat + sameBeat);
}

/** What begins in beats that are over by `atBeat`, as long as these are: whether it sounds on is told with the next. */
function ofWholeBeats(notes: readonly Note[], originBeat: Beats, atBeat: Beats): readonly Note[] {
  const end = lastLine(originBeat, atBeat);
  const whole = notes.filter((note) => note.beat < end - sameBeat);
  return whole.map((note) => (endBeat(note) > end ? { ...note, duration: end - note.beat } : note));
}

/** Moves music before a long silence later, by whole bars. */
function closeSilences(notes: readonly Note[], atBeat: Beats, bar: Beats): readonly Note[] {
  const closed: Note[] = [];
  let next = atBeat;
  let shift = 0;
  for (const note of [...notes].reverse()) {
    const silence = next - (note.beat + shift);
    if (silence > longestSilence) shift += Math.ceil((silence - longestSilence) / bar) * bar;
    next = note.beat + shift;
    closed.push(shift === 0 ? note : { ...note, beat: next });
  }
  return closed.reverse();
}

/** The most recent notes that still fit, at most `most`. */
function largestTail(notes: readonly Note[], most: number, fits: (tail: readonly Note[]) => boolean): readonly Note[] {
  if (notes.length <= most && fits(notes)) return notes;
  const tail = (count: number): readonly Note[] => notes.slice(notes.length - count);
  let low = 0;
  let high = Math.min(notes.length, most);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(tail(middle))) low = middle;
    else high = middle - 1;
  }
  return tail(low);
}

/**
 * Without the first bar, where notes of it are missing and whole bars follow it; from a bar line on that stays the first one for
 * some bars, so that a past that grows begins alike: its models need to read what is new and nothing else.
 */
function fromBarLine(notes: readonly Note[], barLine: (beat: Beats) => Beats, bar: Beats): readonly Note[] {
  const bars = (barLine(notes[notes.length - 1].beat) - barLine(notes[0].beat)) / bar;
  const stride = bar * 2 ** Math.max(0, Math.floor(Math.log2(bars / leastStrides)));
  const isFirst = (note: Note): boolean => {
    const line = barLine(note.beat);
    return line > barLine(notes[0].beat) && Math.abs(line / stride - Math.round(line / stride)) < sameBeat;
  };
  const later = notes.findIndex(isFirst);
  return later < 0 ? notes : notes.slice(later);
}
