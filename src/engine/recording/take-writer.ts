import type { HeardNews } from '../listening/hearing.js';
import type { Beats, Bpm } from '../music/units.js';
import { TakeAxis } from './take-axis.js';
import { heardPart, type TakeLine } from './take-line.js';
import type { PlayedMessage } from './take-output.js';

/** A tempo that differs less is the same one, told by a clock that settles; after a bar it is told all the same. */
const tempoTolerance: Bpm = 0.5;
const smallestTempoChange: Bpm = 0.02;

/** Turns what happens into the lines of a take. Thread: main. */
export class TakeWriter {
  private readonly axis = new TakeAxis();
  private begun = false;
  private told: { readonly bpm: Bpm; readonly beat: Beats } | undefined;
  private beatsPerBar = 0;
  private count = 0;
  /** What people hold, by source, channel and pitch. */
  private readonly held = new Map<string, { readonly id: number; readonly place: Beats }>();
  private nextHeldId = -1;
  /** Marks that the take has no place for yet, by their kinds. */
  private readonly inForce = new Map<string, string>();

  /** @param bars the length of a bar at this moment. */
  constructor(
    private readonly bars: () => number,
    private readonly write: (line: TakeLine) => void,
  ) {}

  /** Notes so far. */
  get notes(): number {
    return this.count;
  }

  /** The last beat that something happened at. */
  get end(): Beats {
    return this.axis.end;
  }

  played({ type, id, owner, beat, channel, data1, data2, microsPerBeat }: PlayedMessage): void {
    if (type === 'goesOn') return this.goOnAt(beat);
    const place = this.placeOf(beat, 60_000_000 / microsPerBeat);
    if (type === 'note') this.noteOn({ on: id, part: owner, beat: place, channel, pitch: data1, velocity: data2 });
    else if (type === 'noteOff') this.write({ off: id, beat: place });
    else if (type === 'program') this.write({ program: data1, part: owner, beat: place, channel });
    else this.write({ controller: data1, value: data2, part: owner, beat: place, channel });
  }

  /** Told while the music runs at `bpm`. */
  heard(news: HeardNews, bpm: Bpm): void {
    if (news.type === 'control') {
      const { beat, channel, controller, value } = news.mark;
      this.write({ controller, value, part: heardPart, beat: this.placeOf(beat, bpm), channel });
      return;
    }
    const { channel, pitch, velocity, beat } = news.note;
    const key = `${news.source} ${channel} ${pitch}`;
    if (news.type === 'began') {
      const place = this.placeOf(beat, bpm);
      this.held.set(key, { id: this.nextHeldId, place });
      this.noteOn({ on: this.nextHeldId, part: heardPart, beat: place, channel, pitch, velocity });
      this.nextHeldId -= 1;
      return;
    }
    const held = this.held.get(key);
    this.held.delete(key);
    // The host may have moved the music meanwhile.
    if (held) this.write({ off: held.id, beat: this.axis.reach(held.place + news.note.duration) });
  }

  /** Something to find again: of each kind, the last before the take begins is told where it does. */
  mark(kind: string, text: string, beat: Beats): void {
    if (this.begun) this.write({ marker: text, beat: this.axis.at(beat) });
    else this.inForce.set(kind, text);
  }

  private noteOn(line: Extract<TakeLine, { on: number }>): void {
    this.count += 1;
    this.write(line);
  }

  private goOnAt(beat: Beats): void {
    this.begun = true;
    this.axis.goOnAt(beat, this.bars());
    for (const text of this.inForce.values()) this.write({ marker: text, beat: this.axis.at(beat) });
    this.inForce.clear();
  }

  private placeOf(beat: Beats, bpm: Bpm): Beats {
    // What sounds before the first downbeat: the take begins with its bar.
    if (!this.begun) this.goOnAt(beat);
    const place = this.axis.at(beat);
    this.tellBars(place);
    this.tellTempo(bpm, place);
    return place;
  }

  private tellBars(place: Beats): void {
    const beatsPerBar = this.bars();
    if (beatsPerBar === this.beatsPerBar) return;
    this.beatsPerBar = beatsPerBar;
    this.write({ beatsPerBar, beat: place });
  }

  private tellTempo(bpm: Bpm, place: Beats): void {
    const change = this.told ? Math.abs(bpm - this.told.bpm) : Infinity;
    const isDue = change > tempoTolerance || (change > smallestTempoChange && place - (this.told?.beat ?? 0) >= this.beatsPerBar);
    if (!isDue) return;
    this.told = { bpm, beat: place };
    this.write({ bpm, beat: place });
  }
}
