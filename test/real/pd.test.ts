import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { WireEvent } from '../../src/engine/contracts/output.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { destinationSchema } from '../../src/transports/osc/options.js';
import { OscOutput } from '../../src/transports/osc/osc-output.js';
import { OscSocket } from '../../src/transports/osc/osc-socket.js';
import { OscSurface } from '../../src/transports/osc/osc-surface.js';
import { until } from '../transports/support/within.js';
import { freePort } from './support/free-port.js';
import { skipWithoutPureData, startPureData, type PureData } from './support/pure-data.js';
import { readRecording } from './support/wav.js';

const pack = { name: 'tiny', title: 'Tiny', family: 'test', licence: 'CC0', folder: '' };
const note: WireEvent = {
  kind: 'noteOn', owner: 1, channel: 0, data1: 60, data2: 100, beat: 0, durationBeats: 0.5, noteId: 1, microsPerBeat: 500_000,
};

interface Stage {
  readonly store: ParameterStore;
  readonly output: OscOutput;
  readonly pureData: PureData;
}

/** The engine's half of the wire, and Pure Data with the shipped patch at the other end. */
async function stage(context: TestContext): Promise<Stage> {
  const socket = await OscSocket.open('127.0.0.1', 0);
  const store = new ParameterStore();
  store.addDeck(1);
  new OscSurface(socket, monotonicClock, () => [pack, { ...pack, name: 'other' }]).attach(store);
  const notesPort = await freePort();
  const pureData = await startPureData(socket.port, notesPort, await freePort());
  const output = new OscOutput(destinationSchema.parse({ port: notesPort, delivery: 'when-due' }));
  await output.open();
  context.after(async () => {
    await pureData.stop();
    await output.close();
    await socket.close();
  });
  return { store, output, pureData };
}

const numbers = (line: string): readonly number[] => line.replace(/^: /, '').split(' ').map(Number);

describe('Pure Data, with the shipped patch', { skip: skipWithoutPureData }, () => {
  it('hears every note as it was planned, and sounds', async (context) => {
    const { output, pureData } = await stage(context);
    const folder = mkdtempSync(join(tmpdir(), 'continuo-pd-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'notes.wav');
    pureData.name('test-record', file);
    await pureData.program.line('RECORDING');
    for (let index = 0; index < 8; index += 1) {
      const event: WireEvent = { ...note, beat: index / 4, channel: index % 4 === 3 ? 9 : 0, data1: 60 + index, noteId: 100 + index };
      output.send(event, monotonicClock.now());
      assert.deepEqual(numbers(await pureData.program.line('NOTE')), [1, event.channel, event.data1, 100, 0.25, event.beat, event.noteId]);
      output.send({ ...event, kind: 'noteOff' }, monotonicClock.now());
      assert.deepEqual(numbers(await pureData.program.line('OFF')), [1, event.channel, event.data1, event.noteId]);
    }
    output.send(note, monotonicClock.now());
    await pureData.program.line('NOTE');
    const began = monotonicClock.now();
    await until('some of it has sounded', () => monotonicClock.now() - began > 200_000);
    pureData.press('test-stop');
    await pureData.program.line('STOPPED');
    await until('the file is whole', () => readRecording(file).seconds > 0.2);
    const { peak, rootMeanSquare } = readRecording(file);
    assert.ok(peak > 0.02 && rootMeanSquare > 0.001, `peak ${peak}, loudness ${rootMeanSquare}`);
  });

  it('starts, stops, swaps a pack, sets the tempo and the temperature', async (context) => {
    const { store, pureData } = await stage(context);
    const done: unknown[] = [];
    for (const action of ['start', 'stop', 'panic', 'deck/1/load']) store.handle(action, (values) => void done.push([action, ...values]));
    assert.equal(await pureData.program.line('PACKS:'), 'tiny other');
    const press = async (name: string, expected: unknown): Promise<void> => {
      pureData.press(name);
      await until(`the engine was told of ${name}`, () => done.length > 0);
      assert.deepEqual(done.splice(0), [expected]);
    };
    await press('continuo-start', ['start']);
    await press('continuo-next-pack', ['deck/1/load', 'other']);
    await press('continuo-next-pack', ['deck/1/load', 'tiny']);
    await press('continuo-next-pack', ['deck/1/load', 'other']);
    await press('continuo-stop', ['stop']);
    await press('continuo-panic', ['panic']);
    pureData.name('continuo-load', 'other');
    await until('the engine was told the pack', () => done.length > 0);
    assert.deepEqual(done, [['deck/1/load', 'other']]);
    pureData.set('continuo-tempo', 97);
    await until('the engine was told the tempo', () => store.get('bpm') === 97);
    pureData.set('continuo-temperature', 1.5);
    await until('the engine was told the temperature', () => store.get('deck/1/temperature') === 1.5);
  });

  it('follows the tempo, the beat, the pack and whether it plays', async (context) => {
    const { store, output, pureData } = await stage(context);
    await pureData.program.line('PACKS:');
    await pureData.program.line('TEMPO: set 120');
    await store.write('bpm', [133], 'test');
    await pureData.program.line('TEMPO: set 133');
    store.publish('playing', true);
    await pureData.program.line('PLAYING: set 1');
    store.publish('deck/1/pack', 'tiny');
    await pureData.program.line('PACK: symbol tiny');
    output.send({ ...note, kind: 'clock', owner: 0, beat: 12, microsPerBeat: 60_000_000 / 90 }, monotonicClock.now());
    assert.equal(await pureData.program.line('BEAT:'), '12');
    await pureData.program.line('TEMPO: set 90');
    assert.equal(store.get('bpm'), 133);
    store.emit({ type: 'swap', deck: 1, stage: 'playing', pack: 'tiny' });
    assert.equal(await pureData.program.line('continuo-swap:'), '1 playing tiny');
    store.emit({ type: 'error', code: 220, sentence: 'ill', origin: 'test' });
    assert.equal(await pureData.program.line('continuo-error:'), '220 ill');
  });

  it('opens, and plays more notes than it has voices, without a word of complaint', async (context) => {
    const { output, pureData } = await stage(context);
    await pureData.program.line('PACKS:');
    for (let index = 0; index < 20; index += 1) {
      output.send({ ...note, data1: 60 + index, noteId: 100 + index }, monotonicClock.now());
      await pureData.program.line('NOTE');
    }
    const complaints = pureData.program.said.filter((line) => /error|couldn't create|failed|no such/.test(line));
    // Its own port may be taken on this machine; the test has given it another.
    assert.deepEqual(complaints.filter((line) => !/Address already in use|bind/.test(line)), []);
  });
});
