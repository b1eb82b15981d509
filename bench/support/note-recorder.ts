import { ContainerModule } from 'inversify';
import { Output, OutputOptions, type OutputSpecification, type WireEvent } from '../../src/engine/contracts/output.js';
import { nullOutputSpecification } from '../../src/engine/contracts/null-output.js';
import type { Micros } from '../../src/engine/music/units.js';
import { monotonicClock } from '../../src/engine/time/clock.js';

/** Of each event: 1 on or 2 off, the note, when it was due, when it was handed to the wire, how long it is to last. */
const recordDoubles = 5;
const onRecord = 1;
const offRecord = 2;

interface NoteRecorderOptions {
  /** Int32: how many events have come. */
  readonly count: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
}

export interface RecordedNote {
  readonly dueMicros: Micros;
  readonly onMicros: Micros;
  /** By its length and the tempo at its beginning. */
  readonly dueOffMicros: Micros;
  /** `undefined`: its off has not come. */
  readonly offMicros?: Micros;
}

/** A wire that costs nothing: writes down when notes come and end. What comes when the memory is full is counted and lost. */
class NoteRecorder implements Output {
  private readonly count: Int32Array;
  private readonly records: Float64Array;

  constructor({ count, records }: NoteRecorderOptions) {
    this.count = new Int32Array(count);
    this.records = new Float64Array(records);
  }

  async open(): Promise<void> {
    // There is no port.
  }

  send(event: WireEvent, dueMicros: number): void {
    if (event.kind !== 'noteOn' && event.kind !== 'noteOff') return;
    const at = Atomics.add(this.count, 0, 1) * recordDoubles;
    if (at + recordDoubles > this.records.length) return;
    this.records[at] = event.kind === 'noteOn' ? onRecord : offRecord;
    this.records[at + 1] = event.noteId;
    this.records[at + 2] = dueMicros;
    this.records[at + 3] = monotonicClock.now();
    this.records[at + 4] = event.durationBeats * event.microsPerBeat;
  }

  flush(): void {
    // Nothing was gathered.
  }

  async close(): Promise<void> {
    // There is no port.
  }
}

/** An output that remembers `events` events, and how to read them on this side. */
export function noteRecorder(events: number): { readonly specification: OutputSpecification; read(): RecordedNote[] } {
  const count = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const records = new SharedArrayBuffer(events * recordDoubles * Float64Array.BYTES_PER_ELEMENT);
  const options: NoteRecorderOptions = { count, records };
  return {
    specification: { ...nullOutputSpecification('recorder'), sendsClock: false, implementation: import.meta.url, options },
    read: () => {
      const doubles = new Float64Array(records);
      const notes = new Map<number, RecordedNote>();
      const kept = Math.min(events, Atomics.load(new Int32Array(count), 0));
      for (let event = 0; event < kept; event += 1) {
        const [kind, id, dueMicros, micros, lastsMicros] = doubles.subarray(event * recordDoubles, (event + 1) * recordDoubles);
        const note = notes.get(id);
        if (kind === onRecord) notes.set(id, { dueMicros, onMicros: micros, dueOffMicros: dueMicros + lastsMicros });
        else if (note) notes.set(id, { ...note, offMicros: micros });
      }
      return [...notes.values()];
    },
  };
}

export default new ContainerModule(({ bind }) => {
  bind<Output>(Output).toDynamicValue((context) => new NoteRecorder(context.get<NoteRecorderOptions>(OutputOptions))).inSingletonScope();
});
