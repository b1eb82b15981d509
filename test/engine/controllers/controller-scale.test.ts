import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isSteerable, positionOf, scaleOf, valueAt } from '../../../src/engine/controllers/controller-scale.js';
import { parameterTable } from '../../../src/engine/parameters/table.js';
import type { Parameter, ValueParameter } from '../../../src/engine/parameters/parameter.js';
import { validateValue } from '../../../src/engine/parameters/validate.js';

const steerable = parameterTable.filter((entry): entry is ValueParameter => entry.kind === 'value' && isSteerable(entry));

function named(name: string): ValueParameter {
  return steerable.find((entry) => entry.name === name) as ValueParameter;
}

describe('the way of a knob', () => {
  it('ends where the range of a value ends', () => {
    for (const entry of steerable) {
      if (entry.minimum === undefined) continue;
      assert.deepEqual([valueAt(entry, 0), valueAt(entry, 1)], [entry.minimum, entry.maximum], entry.name);
    }
  });

  it('gives every value of the table only what the table takes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...steerable), fc.double({ min: 0, max: 1, noNaN: true }), (entry, position) => {
        assert.equal(validateValue(entry.name, entry, valueAt(entry, position)), valueAt(entry, position));
      }),
    );
  });

  it('never turns back', () => {
    const ordered = steerable.filter(({ type }) => type === 'float' || type === 'integer');
    const positions = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.constantFrom(...ordered), positions, (entry, [a, b]) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        assert.ok(valueAt(entry, low) <= valueAt(entry, high));
      }),
    );
  });

  it('leads from a value to its place and back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...steerable), fc.double({ min: 0, max: 1, noNaN: true }), (entry, position) => {
        const value = valueAt(entry, position);
        const again = valueAt(entry, positionOf(entry, value));
        if (entry.type === 'float') assert.ok(Math.abs((again as number) - (value as number)) <= Math.abs(value as number) * 1e-4 + 1e-5, `${entry.name} ${value} ${again}`);
        else assert.equal(again, value, entry.name);
      }),
    );
  });

  it('is laid out by ratio where a range is wide, and by amount where it is not', () => {
    assert.deepEqual(['bpm', 'horizon', 'top-k', 'temperature', 'mute', 'swap-at'].map((name) => scaleOf(named(name))), [
      'logarithmic', 'logarithmic', 'logarithmic', 'linear', 'steps', 'steps',
    ]);
    assert.equal(Math.round(valueAt(named('bpm'), 0.5) as number), 141);
    assert.equal(valueAt(named('temperature'), 0.5), 1);
  });

  it('gives every choice an equal share', () => {
    const entry = named('swap-at');
    const choices = entry.choices ?? [];
    const counts = new Map<unknown, number>();
    for (let step = 0; step < 126; step += 1) counts.set(valueAt(entry, step / 126), (counts.get(valueAt(entry, step / 126)) ?? 0) + 1);
    assert.deepEqual([...counts.values()], choices.map(() => 126 / choices.length));
  });

  it('is not for text, figures, or actions that lack arguments', () => {
    const entry = (name: string): Parameter => parameterTable.find((candidate) => candidate.name === name) as Parameter;
    assert.deepEqual(['sync', 'sent', 'load'].map((name) => isSteerable(entry(name))), [false, false, false]);
    assert.equal(isSteerable(entry('load'), ['perlin']), true);
    assert.equal(isSteerable(entry('panic')), true);
  });
});

describe('the controllers of the table', () => {
  it('are each of one entry, and of entries that a knob can move', () => {
    const numbers = parameterTable.flatMap(({ controller }) => controller ?? []);
    assert.equal(new Set(numbers).size, numbers.length, numbers.join(' '));
    for (const entry of parameterTable) if (entry.controller !== undefined) assert.ok(isSteerable(entry), entry.name);
  });

  it('are those that MIDI leaves undefined: what a keyboard sends by itself moves nothing', () => {
    for (const { name, controller } of parameterTable) {
      if (controller === undefined) continue;
      const undefinedOnes = [3, 9, 14, 15].includes(controller) || (controller >= 20 && controller <= 31) || (controller >= 85 && controller <= 90) || (controller >= 102 && controller <= 119);
      assert.ok(undefinedOnes, `${name} ${controller}`);
    }
  });
});
