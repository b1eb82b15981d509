import { ContainerModule } from 'inversify';
import { Output, OutputOptions, type WireEvent } from '../../src/engine/contracts/output.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { MidiOutput } from '../../src/transports/midi/midi-output.js';
import type { PortWish } from '../../src/transports/midi/options.js';

/** Of each event: 1 onset or 2 clock, when it was due, when it was handed to the wire, and its key: channel x 128 + pitch. */
export const recordDoubles = 4;
export const onsetRecord = 1;
export const clockRecord = 2;

export interface SendRecorderOptions {
  /** Int32: how many events have been recorded. */
  readonly count: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
  /** A MIDI port that everything goes to first; without one the wire costs nothing. */
  readonly port?: PortWish;
}

/** Writes down when events come. Full memory ends the recording. */
class SendRecorder implements Output {
  private readonly count: Int32Array;
  private readonly records: Float64Array;
  private readonly wire: MidiOutput | undefined;

  constructor({ count, records, port }: SendRecorderOptions) {
    this.count = new Int32Array(count);
    this.records = new Float64Array(records);
    this.wire = port === undefined ? undefined : new MidiOutput({ port });
  }

  async open(): Promise<void> {
    await this.wire?.open();
  }

  send(event: WireEvent, dueMicros: number): void {
    this.wire?.send(event);
    const kind = event.kind === 'noteOn' ? onsetRecord : event.kind === 'clock' ? clockRecord : 0;
    const at = this.count[0] * recordDoubles;
    if (kind === 0 || at + recordDoubles > this.records.length) return;
    this.records[at] = kind;
    this.records[at + 1] = dueMicros;
    this.records[at + 2] = monotonicClock.now();
    this.records[at + 3] = event.channel * 128 + event.data1;
    Atomics.add(this.count, 0, 1);
  }

  flush(): void {
    // Nothing was gathered.
  }

  async close(): Promise<void> {
    await this.wire?.close();
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Output>(Output).toDynamicValue((context) => new SendRecorder(context.get<SendRecorderOptions>(OutputOptions))).inSingletonScope();
});
