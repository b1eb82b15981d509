import { commandKinds, type Command } from './command.js';

const writtenWord = 0;
const readWord = 1;
const bellWord = 2;
const headerBytes = 64;
const recordBytes = 40;
const recordWords = recordBytes / Int32Array.BYTES_PER_ELEMENT;
const recordDoubles = recordBytes / Float64Array.BYTES_PER_ELEMENT;

/**
 * Commands from one thread to another: a ring of fixed-size records in shared memory, and a bell to wake the reader.
 * Bound: `capacity` records. The last `reserve` are kept for what must get through (panic, stop, flush …).
 * Thread: one writes, one reads. Blocks: only `wait`. Allocates: no.
 */
export class CommandRing {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly capacity: number;
  private readonly reserve: number;

  private constructor(readonly buffer: SharedArrayBuffer) {
    this.capacity = (buffer.byteLength - headerBytes) / recordBytes;
    this.reserve = Math.min(256, this.capacity >> 2);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** @param capacity a power of two, so that the counts may wrap around */
  static ofCapacity(capacity: number): CommandRing {
    return new CommandRing(new SharedArrayBuffer(headerBytes + capacity * recordBytes));
  }

  /** The same ring, seen from another thread. */
  static over(buffer: SharedArrayBuffer): CommandRing {
    return new CommandRing(buffer);
  }

  /** Writer: false when there is no room. `ring` afterwards, once for any number of commands. */
  push(command: Command): boolean {
    const { words } = this;
    const written = Atomics.load(words, writtenWord);
    const room = this.capacity - ((written - Atomics.load(words, readWord)) >>> 0);
    const isMusic = command.kind === 'note' || command.kind === 'program' || command.kind === 'control';
    if (room <= (isMusic ? this.reserve : 0)) return false;
    const place = (written >>> 0) % this.capacity;
    const word = headerBytes / 4 + place * recordWords;
    const double = headerBytes / 8 + place * recordDoubles;
    words[word] = commandKinds.indexOf(command.kind) | (command.owner << 8) | (command.channel << 16);
    words[word + 1] = command.data1 | (command.data2 << 8);
    words[word + 2] = command.noteId;
    this.doubles[double + 2] = command.beat;
    this.doubles[double + 3] = command.amount;
    this.doubles[double + 4] = command.queuedMicros;
    Atomics.store(words, writtenWord, (written + 1) | 0);
    return true;
  }

  /** Reader: moves the next command into `command`; false when there is none. */
  pop(command: Command): boolean {
    const { words } = this;
    const read = Atomics.load(words, readWord);
    if (read === Atomics.load(words, writtenWord)) return false;
    const place = (read >>> 0) % this.capacity;
    const word = headerBytes / 4 + place * recordWords;
    const double = headerBytes / 8 + place * recordDoubles;
    command.kind = commandKinds[words[word] & 0xff];
    command.owner = (words[word] >>> 8) & 0xff;
    command.channel = (words[word] >>> 16) & 0xff;
    command.data1 = words[word + 1] & 0xff;
    command.data2 = (words[word + 1] >>> 8) & 0xff;
    command.noteId = words[word + 2] >>> 0;
    command.beat = this.doubles[double + 2];
    command.amount = this.doubles[double + 3];
    command.queuedMicros = this.doubles[double + 4];
    Atomics.store(words, readWord, (read + 1) | 0);
    return true;
  }

  /** Whether the reader has taken all there was. */
  get isEmpty(): boolean {
    return Atomics.load(this.words, readWord) === Atomics.load(this.words, writtenWord);
  }

  /** Wakes the reader. */
  ring(): void {
    Atomics.add(this.words, bellWord, 1);
    Atomics.notify(this.words, bellWord);
  }

  /** Reader: how often the bell has rung. Read it before looking for work, and give it to `wait`. */
  get rung(): number {
    return Atomics.load(this.words, bellWord);
  }

  /** Reader: sleeps until the bell has rung again since `rung`, or for `milliseconds`. Blocks: yes. */
  wait(rung: number, milliseconds: number): void {
    Atomics.wait(this.words, bellWord, rung, milliseconds);
  }
}
