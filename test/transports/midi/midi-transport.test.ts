import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Input as InputPort, Output as OutputPort } from '@julusian/midi/lazy';
import { Output, OutputOptions } from '../../../src/engine/contracts/output.js';
import { Transport, TransportContext } from '../../../src/engine/contracts/transport.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { midiTransport } from '../../../src/transports/midi/descriptor.js';
import { midiPortNames } from '../../../src/transports/midi/midi-library.js';
import { MidiOutput } from '../../../src/transports/midi/midi-output.js';
import { MidiTransport } from '../../../src/transports/midi/midi-transport.js';
import { midiOptionsSchema } from '../../../src/transports/midi/options.js';
import { midiPortReport } from '../../../src/transports/midi/port-list.js';
import { matchPorts } from '../../../src/transports/midi/port-names.js';
import { transportContract } from '../../engine/contracts/transport-contract.js';
import { Inbox } from '../support/within.js';

function contextWith(options: unknown): TransportContext {
  return { options: midiOptionsSchema.parse(options), clock: monotonicClock, packs: () => [] };
}

function transport(options: unknown = {}): MidiTransport {
  return new MidiTransport(contextWith(options));
}

transportContract('MidiTransport', () => transport());
transportContract('MidiTransport for devices that are not there', () => transport({ outputPort: 'no such synth', inputPort: 'no such clock' }));

describe('the modules of the MIDI wire', () => {
  it('bind the transport in the main thread', async () => {
    const container = await loadInContainer(midiTransport, { options: {}, files: {} }, new Map([[TransportContext, contextWith({})]]));
    assert.ok(container.get<Transport>(Transport) instanceof MidiTransport);
  });

  it('bind the output in the send thread', async () => {
    const implementation = new URL('../../../src/transports/midi/output-module.js', import.meta.url).href;
    const options = new Map([[OutputOptions, { port: { virtual: 'Continuo Out' } }]]);
    const container = await loadInContainer({ implementation }, { options: {}, files: {} }, options);
    assert.ok(container.get<Output>(Output) instanceof MidiOutput);
  });
});

// Where this machine has no MIDI, test/real/midi-transport.test.ts runs this file in front of a sequencer.
if (midiPortReport().available) {
  describe('MidiTransport with a driver', () => {
    withDriver();
    withControllers();
  });
} else describe('MidiTransport without a driver', withoutDriver);

function withDriver(): void {
  it('offers one output with clock, one clock to follow, one set of controllers, and no surface', async () => {
    const wire = transport({ offsetMilliseconds: -3 });
    const offer = await wire.open();
    assert.deepEqual(offer.outputs.map(({ name, options, sendsClock, leadMicros, offsetMicros }) => ({ name, options, sendsClock, leadMicros, offsetMicros })), [
      { name: 'midi', options: { port: { virtual: 'Continuo Out' } }, sendsClock: true, leadMicros: 0, offsetMicros: -3_000 },
    ]);
    assert.deepEqual(offer.syncSources.map(({ name }) => name), ['midi-clock']);
    assert.deepEqual(offer.controllerSources?.map(({ name }) => name), ['midi']);
    assert.deepEqual(offer.controlSurfaces, []);
    assert.deepEqual(offer.notices.map(({ level }) => level), ['ready', 'ready']);
    await wire.close();
  });

  it('keeps its clock to itself and hears nothing when told so', async () => {
    const wire = transport({ clockOut: false, followClock: false, controllers: false, notes: false });
    const offer = await wire.open();
    assert.equal(offer.outputs[0].sendsClock, false);
    assert.deepEqual(offer.syncSources, []);
    assert.equal(midiPortNames().outputs.some((name) => name.includes('Continuo In')), false);
    await wire.close();
  });

  it('shows its input to other programs from open to close', async () => {
    const isThere = () => midiPortNames().outputs.some((name) => name.includes('Continuo In'));
    const wire = transport();
    await wire.open();
    assert.equal(isThere(), true);
    await wire.close();
    assert.equal(isThere(), false);
  });

  it('lists the ports that are there when a named one is not, and plays on with the rest', async () => {
    const wire = transport({ outputPort: 'no such synth' });
    const offer = await wire.open();
    assert.deepEqual(offer.outputs, []);
    assert.deepEqual(offer.syncSources.map(({ name }) => name), ['midi-clock']);
    const [off] = offer.notices;
    assert.equal(off.level, 'off');
    assert.match(off.sentence, /no port is called "no such synth"; there (is|are) /);
    await wire.close();
  });
}

function withControllers(): void {
  it('hears the knobs and programs of its port and of every box, and shows values at a box', async () => {
    const wire = transport({ controllerBoxes: [{ input: { virtual: 'Box In' }, output: { virtual: 'Box Out' } }] });
    const { controllerSources = [] } = await wire.open();
    const names = midiPortNames();
    const [toPort, toBox] = ['Continuo In', 'Box In'].map((port) => {
      const output = new OutputPort();
      output.openPortByName(matchPorts(port, names.outputs)[0]);
      return output;
    });
    const fromBox = new InputPort();
    const shown = new Inbox<readonly number[]>();
    fromBox.on('message', (_seconds, bytes) => shown.add(bytes));
    fromBox.openPortByName(matchPorts('Box Out', names.inputs)[0]);
    try {
      assert.deepEqual(controllerSources.map(({ name }) => name), ['midi', 'Box In']);
      const heard = new Inbox<string>();
      for (const source of controllerSources) {
        source.start({
          moved: ({ channel, controller }, value) => heard.add(`${source.name} ${channel} ${controller} ${value}`),
          programChosen: (channel, program) => heard.add(`${source.name} program ${channel} ${program}`),
        });
      }
      toPort.sendMessage([0xb2, 20, 64]);
      toPort.sendMessage([0xb2, 123, 0]);
      toPort.sendMessage([0xc1, 5]);
      assert.deepEqual([await heard.take('a knob'), await heard.take('a program')], ['midi 2 20 64', 'midi program 1 5']);
      toBox.sendMessage([0xb0, 7, 1]);
      assert.equal(await heard.take('a knob of the box'), 'Box In 0 7 1');
      const [port, box] = controllerSources;
      assert.equal(port.show, undefined);
      box.show?.({ channel: 3, controller: 20 }, 99);
      assert.deepEqual(await shown.take('a lamp'), [0xb3, 20, 99]);
    } finally {
      for (const port of [toPort, toBox, fromBox]) port.destroy();
      await wire.close();
    }
    assert.equal(midiPortNames().outputs.some((name) => name.includes('Box In')), false);
  });

  it('says which box is not there, waits for it, and hears the others', async () => {
    const wire = transport({ controllerBoxes: ['no such box', { input: { virtual: 'Box In' } }] });
    const { controllerSources, notices } = await wire.open();
    assert.deepEqual(controllerSources?.map(({ name }) => name), ['midi', 'no such box', 'Box In']);
    assert.ok(notices.some(({ level, sentence }) => level === 'off' && sentence.includes('no such box')));
    await wire.close();
  });
}

function withoutDriver(): void {
  it('offers nothing and says in one sentence what is missing and how to get it', async () => {
    const offer = await transport().open();
    assert.deepEqual([offer.outputs, offer.syncSources, offer.controlSurfaces], [[], [], []]);
    assert.equal(offer.notices.length, 1);
    assert.match(offer.notices[0].sentence, /^MIDI is off: .+; .+\.$/);
  });

  it('refuses to open an output, by number', async () => {
    const output = new MidiOutput({ port: { virtual: 'Continuo Out' } });
    await assert.rejects(output.open(), (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable');
    await output.close();
  });
}
