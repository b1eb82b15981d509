import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ComputeGate } from '../../../src/engine/capacity/compute-gate.js';
import { GatedComposer } from '../../../src/engine/capacity/gated-composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { emptyScore } from '../../../src/engine/music/score.js';

const never = (): boolean => false;
const controls = { sampling: { temperature: 1, topP: 1, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '' } as const;

/** Who entered, in order; everybody who is in can be sent out. */
function visitors(gate: ComputeGate) {
  const order: string[] = [];
  const leave = new Map<string, () => void>();
  const come = (name: string, deadline: () => number, isUnwanted = never): void => {
    void gate.enter({ deadline, isUnwanted }).then((out) => {
      order.push(out ? name : `${name} gave up`);
      if (out) leave.set(name, out);
    });
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { order, come, settle, out: (name: string) => leave.get(name)?.() };
}

describe('ComputeGate', () => {
  it('lets in as many as there are places, then whoever has the least time left', async () => {
    const gate = new ComputeGate(2);
    const { order, come, settle, out } = visitors(gate);
    for (const [name, deadline] of [['a', 9], ['b', 8], ['c', 7], ['d', 3], ['e', 7]] as const) come(name, () => deadline);
    await settle();
    assert.deepEqual(order, ['a', 'b']);
    for (const name of ['a', 'b', 'd', 'c']) {
      out(name);
      out(name);
      await settle();
    }
    assert.deepEqual(order, ['a', 'b', 'd', 'c', 'e']);
  });

  it('asks for the deadline when a place is free, not before', async () => {
    const gate = new ComputeGate(1);
    const { order, come, settle, out } = visitors(gate);
    let urgent = 9;
    for (const [name, deadline] of [['a', () => 1], ['b', () => 5], ['c', () => urgent]] as const) come(name, deadline);
    await settle();
    urgent = 2;
    out('a');
    await settle();
    assert.deepEqual(order, ['a', 'c']);
  });

  it('keeps no place for who is not wanted any more', async () => {
    const gate = new ComputeGate(1);
    const { order, come, settle, out } = visitors(gate);
    let unwanted = false;
    come('a', () => 1);
    come('b', () => 2, () => unwanted);
    come('c', () => 3);
    await settle();
    unwanted = true;
    gate.look();
    await settle();
    out('a');
    await settle();
    assert.deepEqual(order, ['a', 'b gave up', 'c']);
  });
});

describe('GatedComposer', () => {
  it('gives its place back after every piece of work, also after one that fails', async () => {
    const gate = new ComputeGate(1);
    const broken = new GatedComposer(Object.assign(new NullComposer(), { compose: () => Promise.reject(new Error('broken')) }), gate, { deadline: (position) => position });
    const sound = new GatedComposer(new NullComposer(), gate, { deadline: (position) => position });
    await Promise.all([broken.prepare(), sound.prepare()]);
    await Promise.all([broken.prime(emptyScore, 0), sound.prime(emptyScore, 0)]);
    await assert.rejects(broken.compose(4, controls, never), /broken/);
    assert.equal((await sound.compose(4, controls, never)).untilBeat, 4);
    await sound.rewind(2);
    assert.deepEqual([(await sound.compose(3, controls, never)).fromBeat], [2]);
  });

  it('ends where it stands when it is stopped while it waits', async () => {
    const gate = new ComputeGate(1);
    const composer = new GatedComposer(new NullComposer(), gate, { deadline: (position) => position });
    await composer.prepare();
    await composer.prime(emptyScore, 6);
    const leave = await gate.enter({ deadline: () => 0, isUnwanted: never });
    let stopped = false;
    const composing = composer.compose(8, controls, () => stopped);
    stopped = true;
    gate.look();
    const { fromBeat, untilBeat, notes } = await composing;
    assert.deepEqual([fromBeat, untilBeat, notes], [6, 6, []]);
    leave?.();
    assert.equal((await composer.compose(8, controls, never)).fromBeat, 6);
  });
});
