import { ByteReader } from './byte-reader.js';
import type { ColumnWriter, EventKind } from './event-columns.js';
import type { EndedNote, SoundingNotes } from './sounding-notes.js';

export interface ReadingRules {
  /** In SMPTE time a tempo says nothing about time and is left out. */
  readonly keepTempo: boolean;
  /** Ticks of silence put before the track. */
  readonly startTick: number;
}

export interface TrackReading {
  /** Messages that were read and are music: see {@link readTrack}. */
  readonly eventCount: number;
  /** Tick of the end of track, counted from the start of the file. */
  readonly endTick: number;
  /** What was damaged, if something was. */
  readonly damage: string | undefined;
}

/** Where the events of a track go, and the notes that wait for their end; kept from track to track. */
export interface TrackRoom {
  readonly columns: ColumnWriter;
  readonly sounding: SoundingNotes;
}

const dataBytesOfSystemMessage: Readonly<Record<number, number>> = { 0xf1: 1, 0xf2: 2, 0xf3: 1 };
/** Denominators past 2^30 overflow a reader that keeps them as a number. */
const maximumDenominatorPower = 30;

/** What became of the bytes of one event. */
type Outcome = 'kept' | 'skipped' | 'end' | 'cut';

/**
 * Reads the events of one track, every tick as it stands: notes, controls, programs, tempo, meter and key signatures are
 * kept, all else is left out. Running status survives meta and system events, as sequencers write it. Reading stops at
 * the end of track, or where the bytes end or stop making sense; notes that still sound end there.
 */
export function readTrack(bytes: Uint8Array, rules: ReadingRules, { columns, sounding }: TrackRoom): TrackReading {
  const reader = new ByteReader(bytes);
  const events = new EventReader(reader, rules.keepTempo, columns, sounding);
  let running: number | undefined;
  let tick = rules.startTick;
  let eventCount = 0;
  let damage: string | undefined;
  while (reader.remaining > 0) {
    const delta = reader.variableLength();
    const first = delta === undefined ? undefined : reader.peek();
    if (delta === undefined || first === undefined) {
      damage = 'ends inside a delta time';
      break;
    }
    if (first >= 0x80) reader.position += 1;
    const status: number | undefined = first >= 0x80 ? first : running;
    if (status === undefined) {
      damage = 'has a data byte where its first status byte is due';
      break;
    }
    const outcome = events.read(status, tick + delta);
    if (outcome === 'cut') {
      damage = 'ends inside an event';
      break;
    }
    tick += delta;
    if (status < 0xf0) running = status;
    if (outcome === 'end') break;
    if (outcome === 'kept') eventCount += 1;
  }
  for (const note of sounding.endAll(tick)) addNote(columns, note);
  return { eventCount, endTick: tick, damage };
}

function addNote(columns: ColumnWriter, { tick, duration, channel, pitch, velocity, order }: EndedNote): void {
  columns.add('note', tick, duration, channel, pitch, velocity, order);
}

class EventReader {
  constructor(
    private readonly bytes: ByteReader,
    private readonly keepTempo: boolean,
    private readonly columns: ColumnWriter,
    private readonly sounding: SoundingNotes,
  ) {}

  /** Reads what follows a status byte. */
  read(status: number, tick: number): Outcome {
    if (status === 0xff) return this.readMeta(tick);
    if (status === 0xf0 || status === 0xf7) {
      const length = this.bytes.variableLength();
      return length === undefined || this.bytes.take(length) === undefined ? 'cut' : 'skipped';
    }
    if (status > 0xf0) return this.bytes.take(dataBytesOfSystemMessage[status] ?? 0) === undefined ? 'cut' : 'skipped';
    const kind = status & 0xf0;
    const first = this.bytes.byte();
    const second = kind === 0xc0 || kind === 0xd0 ? 0 : this.bytes.byte();
    if (first === undefined || second === undefined) return 'cut';
    if (first >= 0x80 || second >= 0x80) return 'skipped';
    return this.keepMessage(kind, status & 0x0f, first, second, tick);
  }

  private keepMessage(kind: number, channel: number, first: number, second: number, tick: number): Outcome {
    switch (kind) {
      case 0x80:
        this.endNote(channel, first, tick);
        return 'kept';
      case 0x90:
        if (second === 0) this.endNote(channel, first, tick);
        else this.sounding.start(channel, first, second, tick);
        return 'kept';
      case 0xb0:
        this.columns.add('control', tick, 0, channel, first, second);
        return 'kept';
      case 0xc0:
        this.columns.add('program', tick, 0, channel, first, 0);
        return 'kept';
      default:
        return 'skipped';
    }
  }

  private endNote(channel: number, pitch: number, tick: number): void {
    const note = this.sounding.end(channel, pitch, tick);
    if (note !== undefined) addNote(this.columns, note);
  }

  private readMeta(tick: number): Outcome {
    const type = this.bytes.byte();
    const length = type === undefined ? undefined : this.bytes.variableLength();
    const data = length === undefined ? undefined : this.bytes.take(length);
    if (type === 0x2f) return 'end';
    if (data === undefined) return 'cut';
    if (type === 0x51 && data.length >= 3) {
      if (!this.keepTempo) return 'skipped';
      return this.keep('tempo', tick, (data[0] << 16) | (data[1] << 8) | data[2], 0, 0, 0);
    }
    if (type === 0x58 && data.length >= 2 && data[1] <= maximumDenominatorPower) {
      const [clocks, thirtySeconds] = data.length >= 4 ? [data[2], data[3]] : [24, 8];
      return this.keep('meter', tick, thirtySeconds, clocks, data[0], data[1]);
    }
    if (type === 0x59 && data.length >= 2 && data[1] <= 1) return this.keep('key', tick, 0, 0, data[0], data[1]);
    return 'skipped';
  }

  private keep(kind: EventKind, tick: number, length: number, channel: number, first: number, second: number): Outcome {
    this.columns.add(kind, tick, length, channel, first, second);
    return 'kept';
  }
}
