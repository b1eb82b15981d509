import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { MidiInput } from '../../../src/transports/midi/midi-input.js';
import { midiPortNames } from '../../../src/transports/midi/midi-library.js';
import { MidiOutput } from '../../../src/transports/midi/midi-output.js';
import { midiPortReport } from '../../../src/transports/midi/port-list.js';
import { heardOutputContract, outputContract, type HeardOutputUnderTest, type ReceivedNote } from '../../engine/contracts/output-contract.js';
import { until } from '../../real/support/until.js';

const farEndName = 'Far end of a test';

/** An output to a port that this process listens to. */
function withFarEnd(): HeardOutputUnderTest {
  const notes: ReceivedNote[] = [];
  const farEnd = new MidiInput({ virtual: farEndName }, (_deltaSeconds, [status, pitch]) => {
    const kind = status >> 4 === 9 ? 'noteOn' : status >> 4 === 8 ? 'noteOff' : undefined;
    if (kind) notes.push({ kind, channel: status & 15, pitch });
  });
  const device = midiPortNames().outputs.find((name) => name.includes(farEndName));
  assert.ok(device);
  return {
    output: new MidiOutput({ port: { device } }),
    received: async (count) => {
      await until(`${count} notes arrive`, () => notes.length >= count, () => notes.length);
      return notes;
    },
    dispose: () => farEnd.close(),
  };
}

const report = midiPortReport();

// Where this machine has no MIDI, test/real/midi-transport.test.ts runs this file in front of a sequencer.
if (report.available) {
  heardOutputContract('MidiOutput to a device', withFarEnd);
  outputContract('MidiOutput to a port of its own', () => ({ output: new MidiOutput({ port: { virtual: 'Continuo Out' } }) }));

  describe('MidiOutput', () => {
    it('refuses a device that is gone, by number and with its name', async () => {
      const output = new MidiOutput({ port: { device: 'Synth:Port 1 99:0' } });
      await assert.rejects(output.open(), (error) => error instanceof ContinuoError && error.errorName === 'portUnavailable' && error.message.includes('Synth:Port 1'));
      await output.close();
    });

    it('silences every channel of a device before it plays to it: whoever played there before may have been killed', async () => {
      const heard: string[] = [];
      const farEnd = new MidiInput({ virtual: farEndName }, (_deltaSeconds, [status, data1]) => heard.push(`${status.toString(16)} ${data1}`));
      const device = midiPortNames().outputs.find((name) => name.includes(farEndName));
      assert.ok(device);
      const output = new MidiOutput({ port: { device } });
      await output.open();
      output.send({ kind: 'noteOn', owner: 1, channel: 0, data1: 60, data2: 90, beat: 0, durationBeats: 1, noteId: 1, microsPerBeat: 500_000 });
      await until('the note arrives', () => heard.includes('90 60'), () => heard);
      const before = heard.slice(0, heard.indexOf('90 60'));
      for (let channel = 0; channel < 16; channel += 1) {
        for (const controller of [64, 120, 123]) assert.ok(before.includes(`b${channel.toString(16)} ${controller}`), `${controller} on channel ${channel + 1}`);
      }
      await output.close();
      farEnd.close();
    });

    it('stays open when it is opened twice', async () => {
      const output = new MidiOutput({ port: { virtual: 'Continuo Out' } });
      await output.open();
      await output.open();
      assert.equal(midiPortNames().inputs.filter((name) => name.includes('Continuo Out')).length, 1);
      await output.close();
      assert.equal(midiPortNames().inputs.filter((name) => name.includes('Continuo Out')).length, 0);
    });
  });
}
