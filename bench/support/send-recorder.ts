import { ContainerModule } from 'inversify';
import { Output, OutputOptions, type WireEvent } from '../../src/engine/contracts/output.js';
import { monotonicClock } from '../../src/engine/time/clock.js';

/** Of each event: 1 onset or 2 clock, when it was due, when it was handed to the wire. */
export const recordDoubles = 3;
export const onsetRecord = 1;
export const clockRecord = 2;

export interface SendRecorderOptions {
  /** Int32: how many events have been recorded. */
  readonly count: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
}

/** A wire that costs nothing: writes down when events come. Full memory ends the recording. */
class SendRecorder implements Output {
  private readonly count: Int32Array;
  private readonly records: Float64Array;

  constructor({ count, records }: SendRecorderOptions) {
    this.count = new Int32Array(count);
    this.records = new Float64Array(records);
  }

  async open(): Promise<void> {
    // There is no port.
  }

  send(event: WireEvent, dueMicros: number): void {
    const kind = event.kind === 'noteOn' ? onsetRecord : event.kind === 'clock' ? clockRecord : 0;
    const at = this.count[0] * recordDoubles;
    if (kind === 0 || at + recordDoubles > this.records.length) return;
    this.records[at] = kind;
    this.records[at + 1] = dueMicros;
    this.records[at + 2] = monotonicClock.now();
    Atomics.add(this.count, 0, 1);
  }

  flush(): void {
    // Nothing was gathered.
  }

  async close(): Promise<void> {
    // There is no port.
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Output>(Output).toDynamicValue((context) => new SendRecorder(context.get<SendRecorderOptions>(OutputOptions))).inSingletonScope();
});
