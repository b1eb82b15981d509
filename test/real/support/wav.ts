import { readFileSync } from 'node:fs';

export interface Recording {
  readonly sampleRate: number;
  readonly seconds: number;
  /** 0..1 */
  readonly peak: number;
  /** Loudness, 0..1. */
  readonly rootMeanSquare: number;
  /** Seconds at which sound begins after silence. */
  readonly onsets: readonly number[];
}

const silence = 0.002;
const quietSeconds = 0.02;

/** Reads a WAV file of 16-bit samples; its first channel is what counts. */
export function readRecording(file: string): Recording {
  const bytes = readFileSync(file);
  let format: Buffer | undefined;
  let data: Buffer | undefined;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset + 4);
    const chunk = bytes.subarray(offset + 8, offset + 8 + length);
    const name = bytes.toString('latin1', offset, offset + 4);
    if (name === 'fmt ') format = chunk;
    if (name === 'data') data = chunk;
    offset += 8 + length + (length % 2);
  }
  if (format === undefined || data === undefined || format.readUInt16LE(14) !== 16) throw new Error(`${file} is no 16-bit WAV`);
  const channels = format.readUInt16LE(2);
  const sampleRate = format.readUInt32LE(4);
  const frames = Math.floor(data.length / (2 * channels));
  const onsets: number[] = [];
  let peak = 0;
  let sum = 0;
  let lastLoud = -Infinity;
  for (let frame = 0; frame < frames; frame += 1) {
    const level = Math.abs(data.readInt16LE(frame * channels * 2)) / 32768;
    peak = Math.max(peak, level);
    sum += level * level;
    if (level < silence) continue;
    if (frame - lastLoud > quietSeconds * sampleRate) onsets.push(frame / sampleRate);
    lastLoud = frame;
  }
  return { sampleRate, seconds: frames / sampleRate, peak, rootMeanSquare: Math.sqrt(sum / Math.max(frames, 1)), onsets };
}
