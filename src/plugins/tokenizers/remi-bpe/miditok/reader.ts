import type { DecodedEvent } from '../../../../engine/contracts/tokenizer.js';
import { ChannelAssignment } from '../channel-assignment.js';
import type { SymbolReader } from '../symbol-reader.js';
import { SymbolKind } from '../symbols.js';
import { commonTime, type MiditokFormat, type MiditokMeter } from './format.js';

/**
 * Reads a MidiTok stream. A note is certain with its duration. In REMI time only goes on; in MMM each track begins at
 * the start again, so nothing is ever past, and meters and tempos count in the first track only.
 */
export class MiditokReader implements SymbolReader {
  private readonly channels = ChannelAssignment.empty();
  private meter: MiditokMeter;
  /** The meter that was given out last; music begins in 4/4. */
  private said = commonTime;
  /** Beats; the bar's line. -1 before the first bar. */
  private barStart = -1;
  /** Beats; where the stream stands. */
  private now = 0;
  private track = 0;
  private program = 0;
  private pitch = -1;
  private velocity = -1;

  /** @param mayStepBack whether a position before the last one is gone back to; where not, it happens where the stream is */
  constructor(
    private readonly format: MiditokFormat,
    private readonly mayStepBack: boolean,
  ) {
    this.meter = format.config.use_time_signatures ? (format.meters[format.firstMeter] ?? commonTime) : commonTime;
  }

  get frontierBeat(): number {
    return this.format.form === 'MMM' ? 0 : this.now;
  }

  read(kind: number, value: number, events: DecodedEvent[]): void {
    const { pitch, velocity } = this;
    this.pitch = this.velocity = -1;
    switch (kind) {
      case SymbolKind.bar:
        this.moveTo(this.barStart < 0 ? 0 : this.barStart + (this.meter.numerator * 4) / this.meter.denominator);
        this.barStart = this.now;
        return;
      case SymbolKind.meter:
        this.readMeter(this.format.meters[value], events);
        return;
      case SymbolKind.position:
        this.barStart = Math.max(0, this.barStart);
        this.moveTo(this.barStart + (value * 4) / (this.meter.denominator * this.format.positionsPerBeat));
        return;
      case SymbolKind.tempo:
        if (this.track <= 1) events.push({ type: 'tempo', mark: { beat: this.now, bpm: this.format.tempos[value] } });
        return;
      case SymbolKind.program:
        this.program = value;
        return;
      case SymbolKind.pitch:
      case SymbolKind.drumPitch:
        this.pitch = value;
        return;
      case SymbolKind.velocity:
        this.pitch = pitch;
        this.velocity = pitch < 0 ? -1 : value;
        return;
      case SymbolKind.duration:
        if (velocity > 0) this.finishNote(pitch, velocity, value, events);
        return;
      case SymbolKind.trackStart:
        this.track += 1;
        this.barStart = -1;
        this.now = 0;
        this.program = 0;
    }
  }

  clone(): MiditokReader {
    return Object.assign(new MiditokReader(this.format, this.mayStepBack), {
      channels: this.channels.clone(),
      meter: this.meter,
      said: this.said,
      barStart: this.barStart,
      now: this.now,
      track: this.track,
      program: this.program,
      pitch: this.pitch,
      velocity: this.velocity,
    });
  }

  private moveTo(beat: number): void {
    this.now = this.mayStepBack || this.format.form === 'MMM' ? beat : Math.max(this.now, beat);
  }

  private readMeter(meter: MiditokMeter, events: DecodedEvent[]): void {
    const { numerator, denominator } = this.said;
    if (this.track <= 1 && (meter.numerator !== numerator || meter.denominator !== denominator)) {
      this.said = meter;
      events.push({ type: 'meter', mark: { beat: this.now, numerator: meter.numerator, denominator: meter.denominator } });
    }
    this.meter = meter;
  }

  private finishNote(pitch: number, velocity: number, index: number, events: DecodedEvent[]): void {
    const { beat, position, resolution } = this.format.durations[index];
    const part = this.format.form === 'MMM' ? this.track : this.program;
    const { channel, isNew } = this.channels.use(this.program, part);
    if (isNew) events.push({ type: 'program', mark: { beat: this.now, channel, program: this.program } });
    const duration = ((beat * resolution + position) / resolution) * (4 / this.meter.denominator);
    events.push({ type: 'note', note: { beat: this.now, duration, channel, pitch, velocity } });
  }
}
