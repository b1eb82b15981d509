import type { DecodedEvent } from '../../../engine/contracts/tokenizer.js';
import { ChannelAssignment } from './channel-assignment.js';
import { barLengths, commonMeter, indexTempo, meters, sixteenthsPerBeat } from './phrase-vocabulary.js';
import type { SymbolReader } from './symbol-reader.js';
import { SymbolKind } from './symbols.js';

/**
 * Reads bars of tracks. A note is certain with its duration, and happens at its place in the bar though other tracks of
 * that bar come later: nothing before the bar line can still come. Where there is one part, nothing before its last place can. A note outside a bar, a track or its bar's length is
 * skipped; meters and tempos count only at the head of a bar.
 */
export class PhraseReader implements SymbolReader {
  /** Sixteenths; -1 before the first bar. */
  private barStart = -1;
  private meter = commonMeter;
  private isHead = false;
  private inTrack = false;
  /** -1 where no track speaks. */
  private channel = -1;
  private position = -1;
  private pitch = -1;
  private velocity = -1;
  /** Of one part: sixteenths from the bar line that are over. */
  private over = 0;
  /** Whether something of the next note was read. */
  private isBegun = false;

  /** @param hasOnePart a bar has one track at most */
  constructor(
    private readonly hasOnePart = false,
    private readonly channels = ChannelAssignment.empty(),
  ) {}

  get frontierBeat(): number {
    return (Math.max(0, this.barStart) + this.over) / sixteenthsPerBeat;
  }

  get toldUntilBeat(): number | undefined {
    return this.hasOnePart && this.isBegun ? (this.barStart + this.position + 1) / sixteenthsPerBeat : undefined;
  }

  read(kind: number, value: number, events: DecodedEvent[]): void {
    const beat = this.frontierBeat;
    switch (kind) {
      case SymbolKind.bar:
        this.barStart = this.barStart < 0 ? 0 : this.barStart + barLengths[this.meter];
        this.leaveTrack();
        this.over = 0;
        this.isHead = true;
        return;
      case SymbolKind.meter:
        if (!this.isHead) return;
        this.meter = value;
        events.push({ type: 'meter', mark: { beat, ...meters[value] } });
        return;
      case SymbolKind.tempo:
        if (this.isHead) events.push({ type: 'tempo', mark: { beat, bpm: indexTempo(value) } });
        return;
      case SymbolKind.trackStart:
        this.leaveTrack();
        this.inTrack = this.barStart >= 0 && this.over < barLengths[this.meter];
        return;
      case SymbolKind.program:
        if (this.inTrack && this.channel < 0) this.enterProgram(value, events);
        return;
      case SymbolKind.position:
        this.position = this.channel >= 0 && value >= this.over && value < barLengths[this.meter] ? value : -1;
        this.isBegun = this.position >= 0;
        if (this.hasOnePart) this.over = Math.max(this.over, this.position);
        this.pitch = this.velocity = -1;
        return;
      case SymbolKind.pitch:
        this.isBegun = this.position >= 0;
        this.pitch = this.position >= 0 ? value : -1;
        this.velocity = -1;
        return;
      case SymbolKind.velocity:
        this.velocity = this.pitch >= 0 ? value : -1;
        return;
      case SymbolKind.duration:
        if (this.velocity > 0) events.push(this.note(value));
        this.isBegun = false;
        this.pitch = this.velocity = -1;
        return;
      default:
        this.leaveTrack();
    }
  }

  clone(): PhraseReader {
    return Object.assign(new PhraseReader(this.hasOnePart, this.channels.clone()), {
      barStart: this.barStart,
      meter: this.meter,
      isHead: this.isHead,
      inTrack: this.inTrack,
      channel: this.channel,
      position: this.position,
      pitch: this.pitch,
      velocity: this.velocity,
      over: this.over,
      isBegun: this.isBegun,
    });
  }

  private enterProgram(program: number, events: DecodedEvent[]): void {
    const { channel, isNew } = this.channels.use(program);
    this.channel = channel;
    if (isNew) events.push({ type: 'program', mark: { beat: this.frontierBeat, channel, program } });
  }

  /** A bar of one part is over with its track. */
  private leaveTrack(): void {
    if (this.hasOnePart && this.channel >= 0) this.over = barLengths[this.meter];
    this.isHead = this.inTrack = this.isBegun = false;
    this.channel = this.position = this.pitch = this.velocity = -1;
  }

  private note(length: number): DecodedEvent {
    const note = {
      beat: (this.barStart + this.position) / sixteenthsPerBeat,
      duration: length / sixteenthsPerBeat,
      channel: this.channel,
      pitch: this.pitch,
      velocity: this.velocity,
    };
    return { type: 'note', note };
  }
}
