import type { TickEvent } from '../music/tick-score.js';

const kinds = ['note', 'program', 'control', 'tempo', 'meter', 'key'] as const;
export type EventKind = (typeof kinds)[number];

const chunkBits = 16;
const eventsOfChunk = 1 << chunkBits;
const firstCapacity = 64;
const largestUint32 = 0xffffffff;

/** Whole numbers of 0 and more, in as few bytes as they need. */
type Counts = Uint32Array | Float64Array;

/** Some events that follow each other. What the columns hold by kind is said at {@link ColumnWriter.add}. */
interface Chunk {
  readonly kinds: Uint8Array;
  readonly ticks: Counts;
  readonly lengths: Counts;
  readonly channels: Uint8Array;
  readonly firsts: Uint8Array;
  readonly seconds: Uint8Array;
  /** Of notes, where they are asked for. */
  readonly orders: Uint32Array | undefined;
}

/** The events of a track as columns of numbers, 12 bytes an event: a long file has millions, and objects take seven times that. */
export class EventColumns {
  constructor(
    private readonly chunks: readonly Chunk[],
    readonly length: number,
  ) {}

  /** A new object at each call; `index` 0 .. length-1. */
  at(index: number): TickEvent {
    return eventAt(this.chunks[index >>> chunkBits], index & (eventsOfChunk - 1));
  }

  [Symbol.iterator](): IterableIterator<TickEvent> {
    return new ColumnIterator(this);
  }
}

class ColumnIterator implements IterableIterator<TickEvent> {
  private index = 0;

  constructor(private readonly columns: EventColumns) {}

  next(): IteratorResult<TickEvent> {
    if (this.index === this.columns.length) return { done: true, value: undefined };
    return { done: false, value: this.columns.at(this.index++) };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

function eventAt(chunk: Chunk, at: number): TickEvent {
  const tick = chunk.ticks[at];
  const length = chunk.lengths[at];
  const channel = chunk.channels[at];
  const first = chunk.firsts[at];
  const second = chunk.seconds[at];
  switch (kinds[chunk.kinds[at]]) {
    case 'note':
      if (chunk.orders === undefined) return { type: 'note', tick, duration: length, channel, pitch: first, velocity: second };
      return { type: 'note', tick, duration: length, channel, pitch: first, velocity: second, order: chunk.orders[at] };
    case 'program':
      return { type: 'program', tick, channel, program: first };
    case 'control':
      return { type: 'control', tick, channel, controller: first, value: second };
    case 'tempo':
      return { type: 'tempo', tick, microsPerBeat: length };
    case 'meter':
      return { type: 'meter', tick, numerator: first, denominatorPower: second, clocksPerClick: channel, thirtySecondsPerBeat: length };
    case 'key':
      return { type: 'key', tick, sharps: (first << 24) >> 24, minor: second === 1 };
  }
}

/** Writes one track after the other into columns; its own buffers hold no more than a chunk, whatever comes. */
export class ColumnWriter {
  private readonly chunks: Chunk[] = [];
  private length = 0;
  private kinds = new Uint8Array(firstCapacity);
  private ticks = new Float64Array(firstCapacity);
  private lengths = new Float64Array(firstCapacity);
  private channels = new Uint8Array(firstCapacity);
  private firsts = new Uint8Array(firstCapacity);
  private seconds = new Uint8Array(firstCapacity);
  private orders = new Uint32Array(firstCapacity);

  /**
   * The columns by kind: note `length` = duration, pitch, velocity · program: `first` · control: number, value · tempo:
   * `length` = microseconds a beat · meter: numerator, power of the denominator, `channel` = clocks a click, `length` =
   * 32nds a beat · key: sharps (as a signed byte), 1 when minor. All but ticks and lengths are bytes.
   */
  add(kind: EventKind, tick: number, length: number, channel: number, first: number, second: number, order = 0): void {
    if (this.length === this.kinds.length) this.makeRoom();
    const at = this.length;
    this.kinds[at] = kinds.indexOf(kind);
    this.ticks[at] = tick;
    this.lengths[at] = length;
    this.channels[at] = channel;
    this.firsts[at] = first;
    this.seconds[at] = second;
    this.orders[at] = order;
    this.length += 1;
  }

  /** What was added since the last call. */
  finish({ withOrders }: { withOrders: boolean }): EventColumns {
    const length = this.chunks.length * eventsOfChunk + this.length;
    this.endChunk();
    const chunks = this.chunks.splice(0).map((chunk) => (withOrders ? chunk : { ...chunk, orders: undefined }));
    return new EventColumns(chunks, length);
  }

  private makeRoom(): void {
    if (this.length === eventsOfChunk) {
      this.endChunk();
      return;
    }
    const capacity = this.length * 2;
    this.kinds = copied(this.kinds, new Uint8Array(capacity));
    this.ticks = copied(this.ticks, new Float64Array(capacity));
    this.lengths = copied(this.lengths, new Float64Array(capacity));
    this.channels = copied(this.channels, new Uint8Array(capacity));
    this.firsts = copied(this.firsts, new Uint8Array(capacity));
    this.seconds = copied(this.seconds, new Uint8Array(capacity));
    this.orders = copied(this.orders, new Uint32Array(capacity));
  }

  private endChunk(): void {
    const { length } = this;
    this.length = 0;
    if (length === 0) return;
    this.chunks.push({
      kinds: this.kinds.slice(0, length),
      ticks: counts(this.ticks.subarray(0, length)),
      lengths: counts(this.lengths.subarray(0, length)),
      channels: this.channels.slice(0, length),
      firsts: this.firsts.slice(0, length),
      seconds: this.seconds.slice(0, length),
      orders: this.orders.slice(0, length),
    });
  }
}

function copied<Column extends Uint8Array | Uint32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

function counts(values: Float64Array): Counts {
  return values.every((value) => value <= largestUint32) ? new Uint32Array(values) : values.slice();
}
