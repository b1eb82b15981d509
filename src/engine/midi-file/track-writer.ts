import { maximumVariableLength } from './byte-reader.js';

const emptyText = [0xff, 0x01, 0x00];
const endOfTrack = [0xff, 0x2f, 0x00];

/** Collects the bytes of one track; a delta time too long for four bytes is spread over empty text events. */
export class TrackWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  event(deltaTicks: number, event: readonly number[]): void {
    let rest = deltaTicks;
    for (; rest > maximumVariableLength; rest -= maximumVariableLength) {
      this.append([...variableLength(maximumVariableLength), ...emptyText]);
    }
    this.append(variableLength(rest));
    this.append(event);
  }

  /** The body, closed by an end of track together with the last event. */
  finish(): Uint8Array {
    this.event(0, endOfTrack);
    return this.bytes.slice(0, this.length);
  }

  private append(values: readonly number[]): void {
    if (this.length + values.length > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2 + values.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(values, this.length);
    this.length += values.length;
  }
}

/** @example variableLength(128) // → [0x81, 0x00] */
export function variableLength(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** A whole Standard MIDI File of finished track bodies. */
export function assembleFile(format: number, ticksPerBeat: number, tracks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(14 + tracks.reduce((sum, track) => sum + 8 + track.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6]);
  view.setUint16(8, format);
  view.setUint16(10, Math.min(tracks.length, 0xffff));
  view.setUint16(12, ticksPerBeat);
  let at = 14;
  for (const track of tracks) {
    bytes.set([0x4d, 0x54, 0x72, 0x6b], at);
    view.setUint32(at + 4, track.length);
    bytes.set(track, at + 8);
    at += 8 + track.length;
  }
  return bytes;
}
