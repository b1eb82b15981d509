import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchPorts, planPort } from '../../../src/transports/midi/port-names.js';

const alsa = ['Midi Through:Midi Through Port-0 14:0', 'Launchpad X:Launchpad X MIDI 1 24:0', 'Launchpad X:Launchpad X MIDI 2 24:1', 'Keystep:Keystep MIDI 1 28:0'];

describe('matchPorts', () => {
  it('takes the exact name before anything that contains it', () => {
    assert.deepEqual(matchPorts('Bus 1', ['Bus 10', 'Bus 1']), ['Bus 1']);
  });

  it('knows a name without the address that ALSA gives it for the day', () => {
    assert.deepEqual(matchPorts('Launchpad X MIDI 2', alsa), [alsa[2]]);
    assert.deepEqual(matchPorts('Launchpad X:Launchpad X MIDI 1', alsa), [alsa[1]]);
  });

  it('takes a part of the name, whatever its case', () => {
    assert.deepEqual(matchPorts('keystep', alsa), [alsa[3]]);
  });

  it('gives every name that a part may mean', () => {
    assert.deepEqual(matchPorts('Launchpad', alsa), [alsa[1], alsa[2]]);
  });

  it('gives nothing where nothing fits', () => {
    assert.deepEqual(matchPorts('Minitaur', alsa), []);
    assert.deepEqual(matchPorts('Minitaur', []), []);
  });
});

describe('planPort', () => {
  it('opens the one device that is meant by its full name', () => {
    assert.deepEqual(planPort({ device: 'keystep' }, 'output', alsa, true), { open: { device: alsa[3] } });
  });

  it('says what is there when the device is not', () => {
    assert.deepEqual(planPort({ device: 'Minitaur' }, 'output', ['A', 'B'], true), {
      off: 'MIDI output is off: no port is called "Minitaur"; there are "A", "B".',
    });
    assert.deepEqual(planPort({ device: 'Minitaur' }, 'input', [], true), {
      off: 'MIDI input is off: no port is called "Minitaur"; there are none.',
    });
  });

  it('says which ports a name may mean when it means several', () => {
    const plan = planPort({ device: 'Launchpad' }, 'input', alsa, true);
    assert.ok('off' in plan);
    assert.match(plan.off, /may mean .*MIDI 1 24:0", .*MIDI 2 24:1"; give more of the name/);
  });

  it('makes a port of its own where the system lets it', () => {
    assert.deepEqual(planPort({ virtual: 'Continuo Out' }, 'output', alsa, true), { open: { virtual: 'Continuo Out' } });
  });

  it('names loopMIDI where the system has no virtual ports', () => {
    const plan = planPort({ virtual: 'Continuo Out' }, 'output', ['Microsoft GS Wavetable Synth'], false);
    assert.ok('off' in plan);
    assert.match(plan.off, /Windows has no virtual ports.*"Continuo Out" with loopMIDI.*Microsoft GS Wavetable Synth/);
  });

  it('takes a loopback port of the same name for the virtual one', () => {
    assert.deepEqual(planPort({ virtual: 'Continuo Out' }, 'output', ['Continuo Out'], false), { open: { device: 'Continuo Out' } });
  });
});
