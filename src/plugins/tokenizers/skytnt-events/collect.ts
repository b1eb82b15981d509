import type { TickEvent, TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { drumChannel } from '../../../engine/music/note.js';
import { NoteColumns } from './note-columns.js';
import { NoteSlots } from './note-slots.js';
import type { SkytntOptions } from './options.js';
import { stepsPerBeat, type RowEvent } from './row-event.js';
import type { SkytntVocabulary } from './vocabulary.js';

/** What the first pass over a score found: the events on the grid, and what the later passes ask about them. */
export interface Collected {
  /** All but the notes. */
  marks: RowEvent[];
  readonly notes: NoteColumns;
  /** Channels with events, in order of appearance. */
  channels: number[];
  /** Channels among them that have a note. */
  readonly channelsWithNotes: ReadonlySet<number>;
  /** Per channel 0..15: the tracks that name it, in order, each with the number the remap gives it (0 before). */
  readonly tracksOfChannel: readonly Map<number, number>[];
  /** Per channel 0..15: the tracks that have notes on it, in order. */
  readonly noteTracksOfChannel: readonly number[][];
  /** Track to put a channel's program on. */
  firstTrackOfChannel: Map<number, number>;
  channelsWithProgram: Set<number>;
  /** How often each pitch class sounds, drums left out. */
  readonly pitchClassCounts: readonly number[];
  /** Every key signature kept on the way, also those another event of the same slot replaced. */
  keys: RowEvent[];
  channelsOfTrack: Map<number, number[]>;
}

const maximumTracks = 128;

/** 16ths of a beat, a tie to the even one, as Python rounds. */
export function ticksToSteps(ticks: number, ticksPerBeat: number): number {
  const whole = Math.floor((stepsPerBeat * ticks) / ticksPerBeat);
  const twiceRest = 2 * (stepsPerBeat * ticks - whole * ticksPerBeat);
  return twiceRest > ticksPerBeat || (twiceRest === ticksPerBeat && whole % 2 !== 0) ? whole + 1 : whole;
}

/**
 * Puts events on the grid. Of events that fall into the same slot (kind, time, track, channel and what else names
 * what is set) the last stays, at the place of the first; a note that overlaps the next of its pitch is shortened.
 */
export function collectEvents(score: TickScore, vocabulary: SkytntVocabulary, options: SkytntOptions): Collected {
  const tracks = score.tracks.slice(0, maximumTracks);
  const collector = new Collector(score.ticksPerBeat, vocabulary, options, tracks.map(countNotes));
  tracks.forEach((events, track) => collector.readTrack(events, track));
  return collector.result();
}

function countNotes(events: readonly TickEvent[]): number {
  return events.reduce((count, event) => (event.type === 'note' ? count + 1 : count), 0);
}

class Collector {
  private readonly marks: RowEvent[] = [];
  private readonly notes: NoteColumns;
  private readonly noteSlots: NoteSlots;
  private readonly channels: number[] = [];
  private readonly channelsWithNotes = new Set<number>();
  private readonly tracksOfChannel = Array.from({ length: 16 }, () => new Map<number, number>());
  private readonly noteTracksOfChannel = Array.from({ length: 16 }, (): number[] => []);
  private readonly firstTrackOfChannel = new Map<number, number>();
  private readonly channelsWithProgram = new Set<number>();
  private readonly pitchClassCounts = new Array<number>(12).fill(0);
  private readonly keys: RowEvent[] = [];
  private readonly channelsOfTrack = new Map<number, number[]>();

  constructor(
    private readonly ticksPerBeat: number,
    private readonly vocabulary: SkytntVocabulary,
    private readonly options: SkytntOptions,
    noteCounts: readonly number[],
  ) {
    this.notes = new NoteColumns(noteCounts.reduce((sum, count) => sum + count, 0));
    this.noteSlots = new NoteSlots(this.notes, Math.max(0, ...noteCounts));
  }

  result(): Collected {
    this.notes.dropGone();
    return {
      marks: this.marks,
      notes: this.notes,
      channels: this.channels,
      channelsWithNotes: this.channelsWithNotes,
      tracksOfChannel: this.tracksOfChannel,
      noteTracksOfChannel: this.noteTracksOfChannel,
      firstTrackOfChannel: this.firstTrackOfChannel,
      channelsWithProgram: this.channelsWithProgram,
      pitchClassCounts: this.pitchClassCounts,
      keys: this.keys,
      channelsOfTrack: this.channelsOfTrack,
    };
  }

  readTrack(events: readonly TickEvent[], track: number): void {
    this.channelsOfTrack.set(track, []);
    const filter = new ChangeFilter(this.options);
    // Slots of different tracks are never the same.
    this.noteSlots.clear();
    const places = new Map<string, number>();
    const lastNotes = new Map<number, number>();
    for (const event of events) {
      if (event.type === 'note') {
        if (isChannel(event.channel)) this.readNote(event, track, lastNotes);
        continue;
      }
      const row = this.toRow(event, track, filter);
      if (row === undefined) continue;
      const slot = slotOf(row);
      const place = places.get(slot) ?? this.marks.length;
      this.marks[place] = row;
      places.set(slot, place);
    }
  }

  private readNote(event: TickNote, track: number, lastNotes: Map<number, number>): void {
    const { notes, noteSlots } = this;
    const { channel, pitch, velocity } = event;
    this.countNote(channel, pitch, track);
    const steps = ticksToSteps(event.tick, this.ticksPerBeat);
    const duration = Math.max(1, ticksToSteps(event.duration, this.ticksPerBeat));
    const key = channel * 1000 + pitch;
    const last = lastNotes.get(key);
    if (last !== undefined && notes.shorten(last, steps) === 0) noteSlots.delete(last, channel, pitch);
    let index = noteSlots.find(steps, channel, pitch);
    if (index >= 0) {
      notes.replace(index, velocity, duration);
    } else {
      index = notes.add(steps, track, channel, pitch, velocity, duration);
      noteSlots.add(index, steps, channel, pitch);
    }
    lastNotes.set(key, index);
  }

  /** The event on the grid, or `undefined` when the format leaves it out. */
  private toRow(event: Exclude<TickEvent, TickNote>, track: number, filter: ChangeFilter): RowEvent | undefined {
    if (this.vocabulary.shapeOf(event.type) === undefined) return undefined;
    const steps = ticksToSteps(event.tick, this.ticksPerBeat);
    const row = (values: number[]): RowEvent => ({
      kind: event.type,
      beat: Math.floor(steps / stepsPerBeat),
      step: steps % stepsPerBeat,
      track,
      values,
    });
    switch (event.type) {
      case 'program':
        if (!isChannel(event.channel) || !filter.program(event.channel, event.program)) return undefined;
        this.channelsWithProgram.add(event.channel);
        this.nameChannel(event.channel, track);
        return row([event.channel, event.program]);
      case 'control':
        if (!isChannel(event.channel) || !filter.control(event.channel, event.controller, event.value)) return undefined;
        this.nameChannel(event.channel, track);
        return row([event.channel, event.controller, event.value]);
      case 'tempo': {
        if (event.microsPerBeat === 0) return undefined;
        const bpm = Math.min(Math.trunc(60 / (event.microsPerBeat / 1e6)), this.vocabulary.maximumBpm);
        return filter.tempo(bpm) ? row([bpm]) : undefined;
      }
      case 'meter': {
        const { numerator, denominatorPower } = event;
        const known = numerator >= 1 && numerator <= 16 && denominatorPower >= 1 && denominatorPower <= 4;
        return known ? row([numerator - 1, denominatorPower - 1]) : undefined;
      }
      case 'key': {
        if (event.sharps < -7 || event.sharps > 7) return undefined;
        const key = row([event.sharps + 7, event.minor ? 1 : 0]);
        this.keys.push(key);
        return key;
      }
    }
  }

  private countNote(channel: number, pitch: number, track: number): void {
    this.channelsWithNotes.add(channel);
    if (!this.firstTrackOfChannel.has(channel)) this.firstTrackOfChannel.set(channel, track);
    addOnce(this.noteTracksOfChannel[channel], track);
    addOnce(this.channelsOfTrack.get(track) as number[], channel);
    if (channel !== drumChannel) this.pitchClassCounts[pitch % 12] += 1;
    this.nameChannel(channel, track);
  }

  private nameChannel(channel: number, track: number): void {
    addOnce(this.channels, channel);
    if (!this.tracksOfChannel[channel].has(track)) this.tracksOfChannel[channel].set(track, 0);
  }
}

/** Lets through what changes a program, control or tempo of one track enough to matter. */
class ChangeFilter {
  private readonly programs = new Map<number, number>();
  private readonly controls = new Map<number, number>();
  private lastBpm = 0;

  constructor(private readonly options: SkytntOptions) {}

  program(channel: number, program: number): boolean {
    if (this.programs.get(channel) === program) return false;
    this.programs.set(channel, program);
    return true;
  }

  /** Before its first value a controller counts as 0. */
  control(channel: number, controller: number, value: number): boolean {
    const key = channel * 1000 + controller;
    if (Math.abs((this.controls.get(key) ?? 0) - value) < this.options.cc_eps) return false;
    this.controls.set(key, value);
    return true;
  }

  tempo(bpm: number): boolean {
    if (Math.abs(this.lastBpm - bpm) < this.options.tempo_eps) return false;
    this.lastBpm = bpm;
    return true;
  }
}

/** How many leading `values` say what is set rather than to what. */
const namingValues = { note: 2, program: 1, control: 2, tempo: 0, meter: 0, key: 0 } as const;

function slotOf({ kind, beat, step, values }: RowEvent): string {
  return [kind, beat, step, ...values.slice(0, namingValues[kind])].join();
}

function isChannel(channel: number): boolean {
  return channel >= 0 && channel <= 15;
}

export function addOnce<T>(list: T[], item: T): void {
  if (!list.includes(item)) list.push(item);
}
