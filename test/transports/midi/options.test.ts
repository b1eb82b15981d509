import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { midiTransport } from '../../../src/transports/midi/descriptor.js';
import { midiOptionsSchema } from '../../../src/transports/midi/options.js';

describe('the midi options', () => {
  it('are complete without a word in the configuration', () => {
    assert.deepEqual(midiTransport.optionsSchema.parse({}), {
      outputPort: { virtual: 'Continuo Out' },
      inputPort: { virtual: 'Continuo In' },
      clockOut: true,
      followClock: true,
      controllers: true,
      controllerBoxes: [],
      notes: true,
      inputLatencyMilliseconds: 0,
      offsetMilliseconds: 0,
    });
  });

  it('take a bare name for a device, and the default name for our own port', () => {
    const options = midiOptionsSchema.parse({ outputPort: 'Launchpad', inputPort: 'Continuo In' });
    assert.deepEqual(options.outputPort, { device: 'Launchpad' });
    assert.deepEqual(options.inputPort, { virtual: 'Continuo In' });
  });

  it('let a virtual port carry another name', () => {
    assert.deepEqual(midiOptionsSchema.parse({ outputPort: { virtual: 'Left hand' } }).outputPort, { virtual: 'Left hand' });
  });

  it('keep what they gave when they are read again', () => {
    const once = midiOptionsSchema.parse({ outputPort: 'Launchpad', offsetMilliseconds: -12.5 });
    assert.deepEqual(midiOptionsSchema.parse(once), once);
  });

  it('refuse an unknown word, an empty name and an offset beyond a second', () => {
    assert.equal(midiOptionsSchema.safeParse({ port: 'x' }).success, false);
    assert.equal(midiOptionsSchema.safeParse({ outputPort: ' ' }).success, false);
    assert.equal(midiOptionsSchema.safeParse({ offsetMilliseconds: 1001 }).success, false);
  });
});
