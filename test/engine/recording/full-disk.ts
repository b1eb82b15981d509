import { TakeJournal } from '../../../src/engine/recording/take-journal.js';

/** Writes a take into a folder on a disk that fills up meanwhile, and prints what it has of it: `node full-disk.js FOLDER`. */
const [, , folder] = process.argv;
let faults = 0;
const journal = new TakeJournal(folder, 'take', 2, () => (faults += 1));
for (let beat = 0; beat <= 60; beat += 1) {
  journal.add({ on: beat, part: 1, beat, channel: 0, pitch: 60, velocity: 90 });
  if (beat % 10 === 0) await journal.write();
}
await journal.write();
const { lines } = await journal.read();
process.stdout.write(JSON.stringify({ faults, read: lines.map(({ beat }) => beat) }));
