import { ContainerModule } from 'inversify';
import { Output, OutputOptions } from '../../src/engine/contracts/output.js';
import { monotonicClock } from '../../src/engine/time/clock.js';

export interface WireRecorderOptions {
  /** Int32: how many events have come. */
  readonly count: SharedArrayBuffer;
  /** Float64: when the latest came. */
  readonly latest: SharedArrayBuffer;
}

/** A wire that costs nothing and remembers when it was handed its latest event. */
class WireRecorder implements Output {
  private readonly count: Int32Array;
  private readonly latest: Float64Array;

  constructor({ count, latest }: WireRecorderOptions) {
    this.count = new Int32Array(count);
    this.latest = new Float64Array(latest);
  }

  async open(): Promise<void> {
    this.count[0] = 0;
  }

  send(): void {
    this.latest[0] = monotonicClock.now();
    Atomics.add(this.count, 0, 1);
  }

  flush(): void {
    // Nothing was gathered.
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Output>(Output).toDynamicValue((context) => new WireRecorder(context.get<WireRecorderOptions>(OutputOptions))).inSingletonScope();
});
