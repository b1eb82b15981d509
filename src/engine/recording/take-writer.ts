import type { HeardNews } from '../listening/hearing.js';
import { sameBeat, type Beats, type Bpm } from '../music/units.js';
import { phase } from '../time/phase.js';
import { TakeAxis, type TakeBars } from './take-axis.js';
import { heardPart, type TakeLine } from './take-line.js';
import type { PlayedMessage } from './take-output.js';

/** A tempo that differs less is the same one, told by a clock that settles; after a bar it is told all the same. */
const tempoTolerance: Bpm = 0.5;
const smallestTempoChange: Bpm = 0.02;

/** Where the session is, and how fast. */
export interface SessionPlace {
  readonly beat: Beats;
  readonly bpm: Bpm;
}

/** Turns what happens into the lines of a take. Thread: main. */
export class TakeWriter {
  private readonly axis = new TakeAxis();
  private hasPlayed = false;
  private told: { readonly bpm: Bpm; readonly place: Beats } | undefined;
  private toldBars: TakeBars | undefined;
  private count = 0;
  /** What people hold, by source, channel and pitch. */
  private readonly held = new Map<string, { readonly id: number; readonly place: Beats }>();
  private nextHeldId = -1;
  /** Marks that the take has no place for yet, by their kinds. */
  private readonly inForce = new Map<string, string>();

  /** @param beatsPerBar the length of the session's bars at this moment. */
  constructor(
    private readonly beatsPerBar: () => number,
    private readonly write: (line: TakeLine) => void,
  ) {}

  /** Notes so far. */
  get notes(): number {
    return this.count;
  }

  /** Up to where there is music. */
  get end(): Beats {
    return this.axis.end;
  }

  /** The session starts, or was moved: what comes now is of another place. */
  moved(): void {
    this.axis.moved();
  }

  played({ type, id, owner, beat, channel, data1, data2, microsPerBeat }: PlayedMessage): void {
    // What sounds before the first downbeat: the take begins with its bar.
    if (type === 'goesOn' || !this.hasPlayed) this.playedGoesOnAt(beat);
    if (type === 'goesOn') return;
    const place = this.axis.ofPlayed(beat);
    this.arrive(beat, place, 60_000_000 / microsPerBeat);
    if (type === 'note') this.noteOn({ on: id, part: owner, beat: place, channel, pitch: data1, velocity: data2 });
    else if (type === 'noteOff') this.write({ off: id, beat: place });
    else if (type === 'program') this.write({ program: data1, part: owner, beat: place, channel });
    else this.write({ controller: data1, value: data2, part: owner, beat: place, channel });
  }

  /** @param now where the session is as it is told. */
  heard(news: HeardNews, now: SessionPlace): void {
    if (news.type === 'control') {
      const { beat, channel, controller, value } = news.mark;
      this.write({ controller, value, part: heardPart, beat: this.placeOfHeard(beat, now), channel });
      return;
    }
    const { channel, pitch, velocity, beat } = news.note;
    const key = `${news.source} ${channel} ${pitch}`;
    if (news.type === 'began') {
      const place = this.placeOfHeard(beat, now);
      this.held.set(key, { id: this.nextHeldId, place });
      this.noteOn({ on: this.nextHeldId, part: heardPart, beat: place, channel, pitch, velocity });
      this.nextHeldId -= 1;
      return;
    }
    const held = this.held.get(key);
    if (!held) return;
    this.held.delete(key);
    // The host may have moved the music meanwhile.
    const end = held.place + news.note.duration;
    this.axis.reach(Math.min(end, this.axis.ofSession(now.beat)));
    this.write({ off: held.id, beat: end });
  }

  /** Something to find again: where the take has no place for it yet, the last of each kind is told where it goes on. */
  mark(kind: string, text: string, beat: Beats): void {
    if (this.axis.isElsewhere) this.inForce.set(kind, text);
    else this.write({ marker: text, kind, beat: this.axis.ofSession(beat) });
  }

  private noteOn(line: Extract<TakeLine, { on: number }>): void {
    this.count += 1;
    this.write(line);
  }

  private playedGoesOnAt(beat: Beats): void {
    this.hasPlayed = true;
    this.axis.playedGoesOnAt(beat, this.bars());
    this.tellMarks(this.axis.ofPlayed(beat));
  }

  private placeOfHeard(beat: Beats, now: SessionPlace): Beats {
    // What is told of ahead of time is no music yet: the take has come as far as the session.
    const here = Math.min(beat, now.beat);
    if (this.axis.isElsewhere) {
      this.axis.goOnAt(here, this.bars());
      this.tellMarks(this.axis.ofSession(here));
    }
    this.arrive(here, this.axis.ofSession(here), now.bpm);
    return this.axis.ofSession(beat);
  }

  /** There is music at `place`, which is `beat` of the session. */
  private arrive(beat: Beats, place: Beats, bpm: Bpm): void {
    this.tellBars(beat, place);
    this.axis.reach(place);
    this.tellTempo(bpm, place);
  }

  private tellMarks(place: Beats): void {
    for (const [kind, text] of this.inForce) this.write({ marker: text, kind, beat: place });
    this.inForce.clear();
  }

  private bars(): TakeBars {
    return this.toldBars ?? { line: 0, length: this.beatsPerBar() };
  }

  private tellBars(beat: Beats, place: Beats): void {
    const length = this.beatsPerBar();
    if (length === this.toldBars?.length) return;
    const line = Math.max(0, place - phase(beat, length));
    // The bars so far hold up to the first line of the new ones.
    if (this.toldBars && line < this.axis.end - sameBeat) return;
    this.toldBars = { line, length };
    this.write({ beatsPerBar: length, beat: line });
  }

  private tellTempo(bpm: Bpm, place: Beats): void {
    const change = this.told ? Math.abs(bpm - this.told.bpm) : Infinity;
    const isDue = change > tempoTolerance || (change > smallestTempoChange && place - (this.told?.place ?? 0) >= this.bars().length);
    if (!isDue) return;
    this.told = { bpm, place };
    this.write({ bpm, beat: place });
  }
}
