import type { DecodedEvent, Tokenizer } from '../contracts/tokenizer.js';
import { emptyScore, type Score } from '../music/score.js';
import type { Note } from '../music/note.js';
import type { Beats } from '../music/units.js';
import type { GenerationOptions } from './composer-recipe.js';
import { ticksOfScore } from './ticks-of-score.js';

/**
 * Turns a score into the ids a stream goes on from: start, setup, music. Where a pack gives setup rows, only the notes
 * of the score are told: setup says the rest.
 */
export class PromptEncoder {
  private readonly setup: readonly number[];

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly options: GenerationOptions,
  ) {
    this.setup = options.setup.flat();
  }

  /** What the setup rows say, at beat 0. */
  setupEvents(): DecodedEvent[] {
    const decoder = this.tokenizer.startDecoder(0);
    return [...this.tokenizer.vocabulary.start, ...this.setup].flatMap((token) => decoder.push(token));
  }

  /** `originBeat` is where time in the ids counts from; nothing in the score lies before it but marks still in force. It goes on at `untilBeat`. */
  encode(score: Score, originBeat: Beats, untilBeat: Beats): readonly number[] {
    return [...this.tokenizer.vocabulary.start, ...this.setup, ...this.music(score, originBeat, untilBeat)];
  }

  private music(score: Score, originBeat: Beats, untilBeat: Beats): readonly number[] {
    if (this.setup.length === 0) return this.ids(score, originBeat, untilBeat);
    if (score.notes.length === 0) return [];
    const notes = { ...emptyScore, notes: score.notes };
    return this.tokenizer.vocabulary.rowWidth === 1 ? this.ids(notes, originBeat, untilBeat) : this.noteRows(notes, originBeat, untilBeat);
  }

  /**
   * The rows of notes. Formats may number channels by those they find, so each part of the pack is anchored by a note at
   * the origin, at a pitch it does not use; those rows are taken out again, which moves nothing: they take no time.
   */
  private noteRows(score: Score, originBeat: Beats, untilBeat: Beats): readonly number[] {
    const { rowWidth, start } = this.tokenizer.vocabulary;
    const anchors = this.options.tracks.flatMap(({ channel }) => anchorOf(score.notes, channel, originBeat));
    const isAnchor = ({ channel, pitch }: Note): boolean =>
      anchors.some((each) => each.channel === channel && each.pitch === pitch);
    const ids = this.ids({ ...score, notes: [...anchors, ...score.notes] }, originBeat, untilBeat);
    const decoder = this.tokenizer.startDecoder(originBeat);
    for (const token of start) decoder.push(token);
    const rows: number[] = [];
    for (let at = 0; at < ids.length; at += rowWidth) {
      const row = ids.slice(at, at + rowWidth);
      const frontier = decoder.frontierBeat;
      const events = row.flatMap((token) => decoder.push(token));
      const isMusic = events.some((event) => event.type === 'note' && !isAnchor(event.note));
      if (isMusic || decoder.frontierBeat > frontier) rows.push(...row);
    }
    return rows;
  }

  /** The tokenizer's ids without the start and the end of the stream. */
  private ids(score: Score, originBeat: Beats, untilBeat: Beats): readonly number[] {
    const { start, end, rowWidth } = this.tokenizer.vocabulary;
    const ticks = ticksOfScore(score, originBeat, this.trackOf(score));
    const ids = this.tokenizer.encodeUntil?.(ticks, (untilBeat - originBeat) * ticks.ticksPerBeat) ?? this.tokenizer.encode(ticks);
    const from = start.every((id, index) => ids[index] === id) ? start.length : 0;
    const until = ids.length - from >= rowWidth && ids[ids.length - rowWidth] === end ? ids.length - rowWidth : ids.length;
    return Array.from(ids.subarray(from, until));
  }

  private trackOf(score: Score): (channel: number) => number {
    const known = new Map(this.options.tracks.map((track) => [track.channel, track.track]));
    const channels = [...score.notes, ...score.programs, ...score.controls].map((item) => item.channel);
    for (const channel of [...new Set(channels)].sort((a, b) => a - b)) {
      if (!known.has(channel)) known.set(channel, Math.max(0, ...known.values()) + 1);
    }
    return (channel) => known.get(channel) as number;
  }
}

function anchorOf(notes: readonly Note[], channel: number, beat: Beats): Note[] {
  const used = new Set(notes.flatMap((note) => (note.channel === channel ? [note.pitch] : [])));
  for (let pitch = 0; pitch < 128; pitch += 1) {
    if (!used.has(pitch)) return [{ beat, duration: 0.25, channel, pitch, velocity: 64 }];
  }
  return [];
}
