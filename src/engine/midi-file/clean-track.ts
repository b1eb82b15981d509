import { ByteReader } from './byte-reader.js';
import { TrackWriter } from './track-writer.js';

export interface CleanTrack {
  /**
   * Well-formed track bodies that follow each other: explicit status bytes, data bytes below 128, one end of track at the
   * end of each. In pieces, so that a reader that makes objects of all it is given need not hold them all at once.
   */
  readonly pieces: readonly Uint8Array[];
  readonly eventCount: number;
  /** Tick of the end of track, counted from the start of the file. */
  readonly endTick: number;
  /** What was damaged, if something was. */
  readonly damage: string | undefined;
}

export interface CleaningRules {
  /** In SMPTE time a tempo says nothing about time and is left out. */
  readonly keepTempo: boolean;
  /** Ticks of silence put before the track. */
  readonly startTick: number;
}

const pieceBytes = 0x10000;
const dataBytesOfSystemMessage: Readonly<Record<number, number>> = { 0xf1: 1, 0xf2: 2, 0xf3: 1 };
/** Denominators past 2^30 overflow a reader that keeps them as a number. */
const maximumDenominatorPower = 30;

/**
 * Rewrites the events of one track so that no reader can stumble over them, keeping every tick: notes, controls,
 * programs, tempo, meter and key signatures stay; all else is left out and its delta time carried on. Running status
 * survives meta and system events, as sequencers write it. Reading stops at the end of track, or where the bytes end
 * or stop making sense.
 */
export function cleanTrack(bytes: Uint8Array, rules: CleaningRules): CleanTrack {
  const reader = new ByteReader(bytes);
  const writer = new TrackWriter(pieceBytes);
  let running: number | undefined;
  let waiting = rules.startTick;
  let endTick = rules.startTick;
  let damage: string | undefined;
  const keep = (event: readonly number[]): void => {
    writer.event(waiting, event);
    waiting = 0;
  };

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
    const event = readEvent(reader, status);
    if (event === undefined) {
      damage = 'ends inside an event';
      break;
    }
    waiting += delta;
    endTick += delta;
    if (status < 0xf0) running = status;
    if (event === 'end') break;
    if (event !== 'skip' && (rules.keepTempo || event[1] !== 0x51 || event[0] !== 0xff)) keep(event);
  }
  return { pieces: writer.finish(waiting), eventCount: writer.eventCount, endTick, damage };
}

/** The event to keep, `skip`, `end` of track, or `undefined` where the bytes end inside it. */
function readEvent(reader: ByteReader, status: number): readonly number[] | 'skip' | 'end' | undefined {
  if (status === 0xff) return readMeta(reader);
  if (status === 0xf0 || status === 0xf7) {
    const length = reader.variableLength();
    return length === undefined || reader.take(length) === undefined ? undefined : 'skip';
  }
  if (status > 0xf0) return reader.take(dataBytesOfSystemMessage[status] ?? 0) === undefined ? undefined : 'skip';
  const kind = status & 0xf0;
  const data = reader.take(kind === 0xc0 || kind === 0xd0 ? 1 : 2);
  if (data === undefined) return undefined;
  const wanted = kind === 0x80 || kind === 0x90 || kind === 0xb0 || kind === 0xc0;
  return wanted && data.every((byte) => byte < 0x80) ? [status, ...data] : 'skip';
}

function readMeta(reader: ByteReader): readonly number[] | 'skip' | 'end' | undefined {
  const type = reader.byte();
  const length = type === undefined ? undefined : reader.variableLength();
  const data = length === undefined ? undefined : reader.take(length);
  if (type === 0x2f) return 'end';
  if (data === undefined) return undefined;
  if (type === 0x51 && data.length >= 3) return [0xff, 0x51, 3, ...data.subarray(0, 3)];
  if (type === 0x58 && data.length >= 2 && data[1] <= maximumDenominatorPower) {
    const [clocks, thirtySeconds] = data.length >= 4 ? [data[2], data[3]] : [24, 8];
    return [0xff, 0x58, 4, data[0], data[1], clocks, thirtySeconds];
  }
  if (type === 0x59 && data.length >= 2 && data[1] <= 1) return [0xff, 0x59, 2, data[0], data[1]];
  return 'skip';
}
