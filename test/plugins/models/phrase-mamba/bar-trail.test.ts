import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plainSteering } from '../../../../src/engine/contracts/model-steering.js';
import type { Bar } from '../../../../src/plugins/models/phrase-mamba/bar.js';
import { BarTrail } from '../../../../src/plugins/models/phrase-mamba/bar-trail.js';

const barId = 4;
const always = (): boolean => true;

/** A bar whose memory says which ids came before it. */
function bar(index: number, before: readonly number[]): Bar {
  return { index, memory: { state: Float32Array.from(before) }, lastTold: undefined, steering: plainSteering, told: { tempo: 1, meter: 1 }, ids: [] };
}

class Reader {
  ids: number[] = [];
  readonly trail = new BarTrail();

  read(ids: readonly number[]): void {
    for (const id of ids) {
      this.ids.push(id);
      this.trail.add(id, id === barId ? bar(this.ids.filter((each) => each === barId).length - 1, this.ids) : undefined);
    }
  }

  backTo(length: number): void {
    this.ids.length = Math.min(length, this.ids.length);
    this.trail.backTo(this.ids.length);
  }
}

describe('the trail of bars', () => {
  it('takes up no bar but one that all the same ids led to', () => {
    const ids = fc.array(fc.constantFrom(barId, 7, 8), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(fc.record({ back: fc.nat(300), ids }), { minLength: 1, maxLength: 6 }), ids, fc.nat(300), (steps, tail, shared) => {
        const reader = new Reader();
        for (const step of steps) {
          reader.backTo(step.back);
          reader.read(step.ids);
        }
        const tokens = [...reader.ids.slice(0, shared), ...tail];
        const line = reader.trail.takeUp(tokens, plainSteering, always);
        if (!line) return;
        assert.ok(line.at < tokens.length);
        assert.deepEqual([...line.bar.memory.state], tokens.slice(0, line.at));
      }),
    );
  });

  it('always finds one of the last bars', () => {
    const reader = new Reader();
    for (let count = 0; count < 300; count += 1) reader.read([barId, 7, 8, 7]);
    const line = reader.trail.takeUp([...reader.ids.slice(0, -10), 9, 9], plainSteering, always);
    assert.equal(line?.at, reader.ids.length - 11);
  });

  it('grows no further, however long the music goes on', () => {
    const trail = new BarTrail();
    const song = Array.from({ length: 50_000 }, (_, index) => (index % 8 === 0 ? barId : 7));
    song.forEach((id, index) => trail.add(id, id === barId ? bar(index / 8, []) : undefined));
    const lines: number[] = [];
    for (let line = trail.takeUp(song, plainSteering, always); line; line = trail.takeUp(song.slice(0, line.at), plainSteering, always)) lines.push(line.at);
    assert.ok(lines.length <= 48 && lines.length >= 24, `${lines.length} bars are kept`);
    assert.ok(lines[0] <= 4096);
  });
});
