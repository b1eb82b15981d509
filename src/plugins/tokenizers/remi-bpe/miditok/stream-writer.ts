import type { MiditokFormat, MiditokMeter } from './format.js';
import { ticksPerBar, ticksPerBeat, type MeterChange } from './grid.js';
import { noToken, type TokenIds } from './token-ids.js';

/** Takes base ids one after the other. */
export interface TokenSink {
  push(id: number): void;
}

/** Writes one stream: puts bars and positions between what comes in order of time. */
export class StreamWriter {
  private bar = -1;
  private meterBar = 0;
  private meterTick = 0;
  private barTick = 0;
  private previous = -1;
  private lastEnd = 0;
  private endsWithMeter = false;

  /** @param meter the one the stream begins with */
  constructor(
    private readonly format: MiditokFormat,
    private readonly ids: TokenIds,
    private readonly ticksPerQuarter: number,
    private meter: MiditokMeter,
    private readonly sink: TokenSink,
  ) {}

  push(id: number): void {
    if (id !== noToken) this.sink.push(id);
  }

  writeMeter(change: MeterChange): void {
    const { time } = change;
    this.place(time, true);
    this.meterBar += Math.floor((time - this.meterTick) / ticksPerBar(this.meter, this.ticksPerQuarter));
    this.meterTick = time;
    this.meter = change;
    // What comes at the same time begins its place anew.
    this.previous -= 1;
    this.push(this.ids.meter(change));
    this.lastEnd = Math.max(this.lastEnd, time);
  }

  /** Something at a place that lasts up to `end`, all in ticks: {@link push} says what it is. */
  place(time: number, isMeter = false, end = time): void {
    if (time !== this.previous) {
      this.addBars(time, isMeter);
      if (!isMeter) {
        const step = Math.floor(ticksPerBeat(this.meter, this.ticksPerQuarter) / this.format.positionsPerBeat);
        this.push(this.ids.position(Math.floor((time - this.barTick) / step)));
      }
      this.previous = time;
    }
    this.endsWithMeter = isMeter;
    this.lastEnd = Math.max(this.lastEnd, end);
  }

  finish(): void {
    if (this.format.config.additional_params.add_trailing_bars && this.lastEnd > this.previous) {
      this.addBars(this.lastEnd, this.endsWithMeter);
    }
  }

  private addBars(until: number, isMeter: boolean): void {
    const { hasBarEnds, config } = this.format;
    const length = ticksPerBar(this.meter, this.ticksPerQuarter);
    const count = this.meterBar + Math.floor((until - this.meterTick) / length) - this.bar;
    for (let index = 0; index < count; index += 1) {
      this.bar += 1;
      this.barTick = this.meterTick + (this.bar - this.meterBar) * length;
      if (hasBarEnds && this.bar > 0) this.push(this.ids.barEnd);
      this.push(this.ids.bar);
      if (config.use_time_signatures && !(isMeter && index + 1 === count)) this.push(this.ids.meter(this.meter));
    }
  }
}
