import { nullOutputSpecification } from '../../src/engine/contracts/null-output.js';
import type { OutputSpecification } from '../../src/engine/contracts/output.js';
import type { Micros } from '../../src/engine/music/units.js';
import { recordDoubles, type SendRecorderOptions } from './send-recorder.js';

/** Something sent: `onsetRecord` or `clockRecord`, when it was due, and when it was handed to the wire. */
export interface Sample {
  readonly kind: number;
  readonly due: Micros;
  readonly at: Micros;
  /** Channel x 128 + pitch, of an onset. */
  readonly key: number;
}

export interface Recorder {
  /** An output of the send thread that writes down what it is handed. */
  readonly specification: OutputSpecification;
  read(): readonly Sample[];
}

/** Room for `seconds` of 300 events each. `port`: the events also go to this MIDI port, a virtual one or a device. */
export function makeRecorder(seconds: number, port?: string, kind: 'virtual' | 'device' = 'virtual'): Recorder {
  const eventsPerSecond = 300;
  const count = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const records = new SharedArrayBuffer(seconds * eventsPerSecond * recordDoubles * Float64Array.BYTES_PER_ELEMENT);
  const options: SendRecorderOptions = { count, records, port: port === undefined ? undefined : kind === 'virtual' ? { virtual: port } : { device: port } };
  const implementation = new URL('./send-recorder.js', import.meta.url).href;
  return {
    specification: { ...nullOutputSpecification('recorder'), implementation, options },
    read: () => {
      const doubles = new Float64Array(records);
      return Array.from({ length: Atomics.load(new Int32Array(count), 0) }, (_, event) => {
        const [kind, due, at, key] = doubles.subarray(event * recordDoubles, (event + 1) * recordDoubles);
        return { kind, due, at, key };
      });
    },
  };
}

/** Of every chord, the time from its first note to its last. */
export function chordSpreads(onsets: readonly Sample[]): Micros[] {
  const chords = new Map<Micros, Micros[]>();
  for (const { due, at } of onsets) {
    const times = chords.get(due);
    if (times) times.push(at);
    else chords.set(due, [at]);
  }
  return [...chords.values()].map((times) => Math.max(...times) - Math.min(...times));
}

/** Standard deviation. */
export function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
