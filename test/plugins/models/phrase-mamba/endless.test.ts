import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ModelMark } from '../../../../src/engine/contracts/language-model.js';
import { barId, startId, tinyModel, track } from './tiny-phrases.js';

/** As many marks as a composer keeps at hand. */
const keptMarks = 256;
const bars = 2000;
const firstBars = 400;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held in JavaScript, those of arrays included. */
async function heldBytes(): Promise<number> {
  // Arrays that onnxruntime made are given back a turn after their owners are collected.
  for (let turn = 0; turn < 4; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + Math.max(arrayBuffers, external);
}

describe('a phrase model over 2,000 bars', () => {
  it('holds no more than over 400', async () => {
    const model = await tinyModel();
    const stateBytes = model.memory.snapshot().byteLength;
    const marks: ModelMark[] = [];
    const held: number[] = [];
    await model.extend([startId]);
    for (let bar = 0; bar < bars; bar += 1) {
      await model.extend([barId]);
      for (const id of track(bar)) {
        await model.extend([id]);
        marks.push(model.mark());
      }
      marks.splice(0, Math.max(0, marks.length - keptMarks));
      if ((bar + 1) % firstBars === 0) held.push(await heldBytes());
    }
    const growth = Math.max(...held.slice(1)) - held[0];
    const ofAll = (bars - firstBars) * stateBytes;
    assert.ok(growth < ofAll / 10, `it grew by ${growth} bytes, and the states of all bars since are ${ofAll}`);
    model.rewind(marks[0]);
    assert.equal((await model.extend([barId])).length, model.vocabularySize);
    await model.dispose();
  });
});
