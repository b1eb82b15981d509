import { readTickScore } from '../../src/engine/midi-file/read-midi-file.js';
import { longMidiFile } from './long-midi-file.js';
import { openTokenizer } from './open-tokenizer.js';

/** Run as a process of its own: `encode-long-file NAME MEGABYTES`. Sends its parent what it cost. */
const [name, megabytes] = process.argv.slice(2);
const { tokenizer } = await openTokenizer(name);
const before = peakMegabytes();
let file: Uint8Array | undefined = longMidiFile(Number(megabytes) * 1e6);
const fileMegabytes = file.length / 1e6;
const started = performance.now();
const score = readTickScore(file);
// As a program does that reads a file and goes on with its score.
file = undefined;
const readSeconds = (performance.now() - started) / 1000;
const afterReading = peakMegabytes();
const tokens = tokenizer.encode(score).length;
const seconds = (performance.now() - started) / 1000;
process.send?.({
  fileMegabytes,
  tokens,
  readSeconds,
  seconds,
  peakMegabytes: peakMegabytes(),
  peakMegabytesAfterReading: afterReading,
  peakMegabytesBefore: before,
});

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
