import type { HeardEvent, NoteSource } from '../contracts/note-source.js';
import { disposable, type Disposable } from '../disposable.js';
import { compareNotes, type Note } from '../music/note.js';
import type { ControlMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { beatAt, type Timeline } from '../time/timeline.js';
import { HeardScore } from './heard-score.js';
import type { SentNotes } from './sent-notes.js';

/** A key that is down longer than this hangs: its note ends here. */
export const longestHeldBeats: Beats = 16;
/** A key that is still down is taken to be held at least this long. */
const shortestProvisionalBeats: Beats = 0.25;
/** No note is shorter: a key that went up as it went down was struck all the same. */
const shortestBeats: Beats = 1 / 96;
/** A stamp that is further back is no late note but a wrong clock. */
const latestMicros: Micros = 10_000_000;
/** Keys that can be down at once; a wire that sends more sends no music. */
const mostHeld = 512;

/** Something that was heard, in session beats. */
export type HeardNews =
  | { readonly type: 'began'; readonly source: string; readonly note: Omit<Note, 'duration'> }
  | { readonly type: 'ended'; readonly source: string; readonly note: Note }
  | { readonly type: 'control'; readonly source: string; readonly mark: ControlMark };

/** Where the music is. */
export interface HearingGround {
  readonly timeline: Timeline;
  readonly playing: boolean;
  beat(): Beats;
}

export interface HearingParts {
  readonly clock: Clock;
  readonly ground: HearingGround;
  /** What went out, to know it again. */
  readonly sent?: SentNotes;
  /** Whether anybody is to be heard. */
  listening(): boolean;
  /** How long after a note left the same note is taken for its echo; 0: never. */
  echoMicros(): Micros;
}

interface Held {
  readonly source: string;
  readonly channel: number;
  readonly pitch: number;
  readonly velocity: number;
  /** Where it began, moved with the music it is heard beside when the host jumps. */
  beat: Beats;
  /** Where it would have begun as the host counts now: lengths are measured from here. */
  countedFrom: Beats;
}

/**
 * What people play, as music: stamps become session beats by the timeline of the moment, ons and offs become notes, and what
 * we sent ourselves is left out. While the transport stands nothing is heard: there are no beats it could fall on.
 * Bounded: 512 beats, 512 keys. Thread: main. Blocks: no.
 */
export class Hearing {
  private readonly score = new HeardScore();
  private held: Held[] = [];
  /** Notes of ours that came back and have not ended. */
  private readonly echoing = new Map<string, number>();
  private readonly listeners = new Set<(news: HeardNews) => void>();
  private notes = 0;
  private echoed = 0;

  constructor(private readonly parts: HearingParts) {}

  /** Notes heard. */
  get heard(): number {
    return this.notes;
  }

  /** Notes that were our own and came back. */
  get echoes(): number {
    return this.echoed;
  }

  /** Where the last note began; -Infinity before the first. What is told of ahead of time has not begun. */
  get lastOnset(): Beats {
    return Math.max(this.score.lastOnset(this.parts.ground.beat()), ...this.held.map(({ beat }) => beat));
  }

  /** Where the last note begins of all that has ended or was told of, be it ahead of time; -Infinity before the first. */
  get lastTold(): Beats {
    return this.score.last;
  }

  /** For how long nobody has played: 0 while a key is down, Infinity before the first note. */
  quietBeats(nowBeat: Beats): Beats {
    if (this.held.length > 0) return 0;
    return Math.max(0, nowBeat - this.score.lastEnd(nowBeat));
  }

  /** Hears a source until the registration is disposed of. */
  register(source: NoteSource): Disposable {
    source.start({ heard: (event) => this.take(source, event) });
    return disposable(() => {
      source.stop();
      this.release(source.name);
    });
  }

  /** Called of everything that is heard, as it is. */
  onHeard(listener: (news: HeardNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * The notes that began in `fromBeat` (inclusive) .. `untilBeat` (exclusive), sorted. A key that is down now has a length
   * that is provisional: as long as it has been down.
   */
  notesBetween(fromBeat: Beats, untilBeat: Beats): readonly Note[] {
    const now = this.parts.ground.beat();
    const down = this.held.map((each) => noteOf(each, Math.max(shortestProvisionalBeats, now - each.countedFrom)));
    return [...this.score.notesBetween(fromBeat, untilBeat), ...down.filter((note) => note.beat >= fromBeat && note.beat < untilBeat)].sort(compareNotes);
  }

  controlsBetween(fromBeat: Beats, untilBeat: Beats): readonly ControlMark[] {
    return this.score.controlsBetween(fromBeat, untilBeat);
  }

  /** Takes a note that somebody has told of in beats, whether or not anybody listens to the wires. */
  note(source: string, note: Note): void {
    this.notes += 1;
    this.score.add(note);
    this.tell({ type: 'began', source, note });
    this.tell({ type: 'ended', source, note });
  }

  /** Ends what hangs. Call it often. */
  look(): void {
    if (this.held.length === 0) return;
    const now = this.parts.ground.beat();
    for (const each of this.held.filter(({ countedFrom }) => now - countedFrom >= longestHeldBeats)) this.end(each, each.countedFrom + longestHeldBeats);
  }

  /** Every key is up now, or every key of a source: a panic, a stop, a player who has left. */
  release(source?: string, channel?: number): void {
    const now = this.parts.ground.beat();
    for (const each of this.held.filter((held) => (source ?? held.source) === held.source && (channel ?? held.channel) === held.channel)) this.end(each, now);
    if (source === undefined) this.echoing.clear();
  }

  /** The host jumped: what was heard stays beside the music it was heard with, which moved `by` beats. */
  relocate(fromBeat: Beats, toBeat: Beats, by: Beats): void {
    this.score.shift(by);
    for (const each of this.held) {
      each.beat += by;
      each.countedFrom += toBeat - fromBeat;
    }
  }

  private take(source: NoteSource, event: HeardEvent): void {
    const { ground, clock } = this.parts;
    if (!this.parts.listening() || !ground.playing) return;
    const now = clock.now();
    const played = Math.min(now, Math.max(now - latestMicros, event.micros)) - source.latencyMicros;
    const beat = beatAt(ground.timeline, played);
    switch (event.type) {
      case 'noteOn':
        return this.noteOn(source.name, event, beat);
      case 'noteOff':
        return this.noteOff(source.name, event, beat);
      case 'control':
        return this.control(source.name, event, beat);
      case 'released':
        return this.release(source.name, event.channel);
    }
  }

  private noteOn(source: string, event: Extract<HeardEvent, { type: 'noteOn' }>, beat: Beats): void {
    const { channel, pitch, velocity, durationBeats } = event;
    const window = this.parts.echoMicros();
    if (window > 0 && this.parts.sent?.isEcho(source, channel, pitch, event.micros, window)) {
      this.echoed += 1;
      if (durationBeats === undefined) this.echoing.set(keyOf(source, channel, pitch), (this.echoing.get(keyOf(source, channel, pitch)) ?? 0) + 1);
      return;
    }
    for (const struckAgain of this.down(source, channel, pitch)) this.end(struckAgain, beat);
    if (this.held.length >= mostHeld) this.end(this.held[0], beat);
    this.notes += 1;
    const held: Held = { source, channel, pitch, velocity, beat, countedFrom: beat };
    this.held.push(held);
    this.tell({ type: 'began', source, note: { beat, channel, pitch, velocity } });
    if (durationBeats !== undefined) this.end(held, beat + Math.min(durationBeats, longestHeldBeats));
  }

  private noteOff(source: string, { channel, pitch, micros }: Extract<HeardEvent, { type: 'noteOff' }>, beat: Beats): void {
    const key = keyOf(source, channel, pitch);
    const echoes = this.echoing.get(key) ?? 0;
    const [held] = this.down(source, channel, pitch);
    if (echoes > 0 && (!held || this.parts.sent?.endsAt(channel, pitch, micros, this.parts.echoMicros()))) {
      if (echoes === 1) this.echoing.delete(key);
      else this.echoing.set(key, echoes - 1);
      return;
    }
    if (held) this.end(held, beat);
  }

  private control(source: string, { channel, controller, value, micros }: Extract<HeardEvent, { type: 'control' }>, beat: Beats): void {
    const window = this.parts.echoMicros();
    if (window > 0 && this.parts.sent?.isEchoedControl(source, channel, controller, value, micros, window)) return;
    const mark = { beat, channel, controller, value };
    this.score.control(mark);
    this.tell({ type: 'control', source, mark });
  }

  private end(held: Held, beat: Beats): void {
    const note = noteOf(held, Math.max(shortestBeats, Math.min(longestHeldBeats, beat - held.countedFrom)));
    this.held = this.held.filter((each) => each !== held);
    this.score.add(note);
    this.tell({ type: 'ended', source: held.source, note });
  }

  private down(source: string, channel: number, pitch: number): readonly Held[] {
    return this.held.filter((each) => each.source === source && each.channel === channel && each.pitch === pitch);
  }

  private tell(news: HeardNews): void {
    for (const listener of this.listeners) listener(news);
  }
}

function noteOf({ beat, channel, pitch, velocity }: Held, duration: Beats): Note {
  return { beat, duration, channel, pitch, velocity };
}

function keyOf(source: string, channel: number, pitch: number): string {
  return `${source} ${channel} ${pitch}`;
}
