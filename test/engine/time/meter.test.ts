import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { barAt, barStart, beatInBar, beatsPerBar, commonTime, type Meter } from '../../../src/engine/time/meter.js';

const meters = fc.record({ numerator: fc.integer({ min: 1, max: 15 }), denominator: fc.constantFrom(1, 2, 4, 8, 16) });
const sixEight: Meter = { numerator: 6, denominator: 8 };

describe('Meter', () => {
  it('measures bars in quarter notes', () => {
    assert.equal(beatsPerBar(commonTime), 4);
    assert.equal(beatsPerBar(sixEight), 3);
    assert.equal(beatsPerBar({ numerator: 7, denominator: 16 }), 1.75);
  });

  it('counts bars from beat 0 both ways', () => {
    assert.equal(barAt(0, commonTime), 0);
    assert.equal(barAt(3.999, commonTime), 0);
    assert.equal(barAt(4, commonTime), 1);
    assert.equal(barAt(-0.5, commonTime), -1);
    assert.equal(beatInBar(-1, commonTime), 3);
    assert.equal(barStart(2, sixEight), 6);
  });

  it('puts a bar where it starts', () => {
    fc.assert(fc.property(meters, fc.integer({ min: -1000, max: 1000 }), (meter, bar) => assert.equal(barAt(barStart(bar, meter), meter), bar)));
  });

  it('splits a beat into bar and place in the bar', () => {
    fc.assert(
      fc.property(meters, fc.double({ min: -1000, max: 1000, noNaN: true }), (meter, beat) => {
        const whole = barStart(barAt(beat, meter), meter) + beatInBar(beat, meter);
        assert.ok(Math.abs(whole - beat) < 1e-6);
      }),
    );
  });
});
