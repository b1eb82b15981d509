import { workerData } from 'node:worker_threads';
import { TimelineCell } from '../../../src/engine/time/timeline-cell.js';

const { cell, done, writes } = workerData as { cell: SharedArrayBuffer; done: SharedArrayBuffer; writes: number };
const shared = TimelineCell.over(cell);
for (let count = 1; count <= writes; count += 1) shared.write({ bpm: count, beatOrigin: count * 3, timeOrigin: count * 7 });
Atomics.store(new Int32Array(done), 0, 1);
