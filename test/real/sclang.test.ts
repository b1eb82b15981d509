import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { WireEvent } from '../../src/engine/contracts/output.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { destinationSchema } from '../../src/transports/osc/options.js';
import { OscOutput } from '../../src/transports/osc/osc-output.js';
import { OscSocket } from '../../src/transports/osc/osc-socket.js';
import { OscSurface } from '../../src/transports/osc/osc-surface.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { until, within } from '../transports/support/within.js';
import { freePort } from './support/free-port.js';
import { skipWithoutSuperCollider, startSclang, type Sclang } from './support/sclang.js';
import { readRecording } from './support/wav.js';

const beatMicros = 500_000;
const pack = { name: 'tiny', title: 'Tiny', family: 'test', licence: 'CC0', folder: '' };

/** The engine's half of the wire, and sclang with the shipped patch at the other end. */
interface Stage {
  readonly store: ParameterStore;
  readonly output: OscOutput;
  readonly sclang: Sclang;
  /** Talks to the test's own handlers in sclang. */
  readonly prompter: OscPeer;
}

async function stage(context: TestContext, serverPort?: number): Promise<Stage> {
  const socket = await OscSocket.open('127.0.0.1', 0);
  const store = new ParameterStore();
  store.addDeck(1);
  const surface = new OscSurface(socket, monotonicClock, () => [pack, { ...pack, name: 'other' }]);
  surface.attach(store);
  const port = await freePort();
  const sclang = await startSclang(socket.port, port, serverPort);
  const output = new OscOutput(destinationSchema.parse({ port }));
  await output.open();
  const prompter = await OscPeer.open(port);
  context.after(async () => {
    await sclang.stop();
    await output.close();
    await prompter.close();
    await socket.close();
  });
  return { store, output, sclang, prompter };
}

function note(index: number, change: Partial<WireEvent> = {}): WireEvent {
  return {
    kind: 'noteOn', owner: 1, channel: 0, data1: 60 + index, data2: 100, beat: index / 2, durationBeats: 0.25, noteId: index + 1, microsPerBeat: beatMicros, ...change,
  };
}

function play(output: OscOutput, event: WireEvent, start: number): void {
  output.send(event, start + event.beat * beatMicros);
  const end = event.beat + event.durationBeats;
  output.send({ ...event, kind: 'noteOff', beat: end, durationBeats: 0 }, start + end * beatMicros);
  output.flush();
}

const kicks = 9;

describe('SuperCollider, with the shipped patch', { skip: skipWithoutSuperCollider }, () => {
  it('hears every note as it was planned, and renders it where it was put', async (context) => {
    const { output, sclang, prompter } = await stage(context);
    const start = monotonicClock.now() + 400_000;
    // Kicks begin after silence, all with the same wave, and so can be told in the sound to the sample; the last notes are a melody.
    const planned = Array.from({ length: 12 }, (_unused, index) => note(index, { beat: index * 0.75, ...(index < kicks && { channel: 9, data1: 36 }) }));
    for (const event of planned) play(output, event, start);
    for (const { owner, channel, data1, data2, beat, noteId } of planned) {
      assert.deepEqual((await sclang.program.line('NOTE')).split(' ').map(Number), [owner, channel, data1, data2, 0.125, beat, noteId]);
      assert.deepEqual((await sclang.program.line('OFF')).split(' ').map(Number), [owner, channel, data1, noteId]);
    }
    const file = join(sclang.folder, 'notes.wav');
    prompter.send('/test/render', file);
    await sclang.program.line('RENDERED', 60_000);
    const { peak, rootMeanSquare, onsets } = readRecording(file);
    assert.ok(peak > 0.02 && rootMeanSquare > 0.001, `peak ${peak}, loudness ${rootMeanSquare}`);
    const plannedOnsets = planned.slice(0, kicks).map(({ beat }) => 0.25 + (beat * beatMicros) / 1e6);
    const offsets = plannedOnsets.map((at, index) => (onsets[index] - at) * 1000);
    context.diagnostic(`ms between plan and sound: ${offsets.map((offset) => offset.toFixed(2)).join(' ')}`);
    assert.ok(offsets.every((milliseconds) => milliseconds > -0.5 && milliseconds < 3), `${offsets} ms`);
    const spacing = offsets.slice(1).map((milliseconds, index) => milliseconds - offsets[index]);
    context.diagnostic(`ms between the spacing of the sounds and the grid: ${spacing.map((off) => off.toFixed(3)).join(' ')}`);
    assert.ok(spacing.every((off) => Math.abs(off) < 0.1), `${spacing} ms off the grid`);
  });

  it('passes the engine’s time on to the sound server to half a millisecond', async (context) => {
    const server = await OscPeer.open(0);
    context.after(() => server.close());
    const { output, sclang } = await stage(context, server.port);
    const listener = await OscPeer.open(0);
    const stamped = new OscOutput(destinationSchema.parse({ port: listener.port }));
    await stamped.open();
    context.after(async () => {
      await stamped.close();
      await listener.close();
    });
    const errors: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const due = monotonicClock.now() + 200_000;
      output.send(note(index, { channel: 9 }), due);
      output.flush();
      stamped.send(note(index, { channel: 9 }), due);
      stamped.flush();
      const asked = await listener.next('/continuo/note');
      const passed = await server.next('/s_new');
      errors.push(((passed.unixSeconds ?? 0) - (asked.unixSeconds ?? 0)) * 1000);
      await sclang.program.line('NOTE');
    }
    context.diagnostic(`ms between the engine's stamp and sclang's: ${errors.map((error) => error.toFixed(3)).join(' ')}`);
    errors.sort((a, b) => a - b);
    const [first, last] = [errors[2], errors[17]];
    assert.ok(last - first < 0.5 && Math.abs(errors[10]) < 2, `between ${errors[0]} and ${errors[19]} ms off`);
  });

  it('ends a note that is cut off before it is due after its beginning', async (context) => {
    const server = await OscPeer.open(0);
    context.after(() => server.close());
    const { output } = await stage(context, server.port);
    const due = monotonicClock.now() + 200_000;
    output.send(note(0), due);
    output.flush();
    output.send(note(0, { kind: 'noteOff' }), due - 150_000);
    output.flush();
    const began = await server.next('/s_new');
    const ended = await server.next('/n_set');
    assert.ok((ended.unixSeconds ?? 0) > (began.unixSeconds ?? Infinity));
    assert.equal(ended.values[0], began.values[1]);
  });

  it('starts, swaps a pack, sets the tempo, and is told', async (context) => {
    const { store, sclang, prompter } = await stage(context);
    const done: unknown[] = [];
    for (const action of ['start', 'deck/1/load']) store.handle(action, (values) => void done.push([action, ...values]));
    /** Asks the patch what it knows until it is this, or has had time enough. */
    const knows = async (expected: string): Promise<void> => {
      let state = '';
      for (let tries = 0; tries < 500 && state !== expected; tries += 1) {
        prompter.send('/test/state');
        state = await sclang.program.line('STATE');
      }
      assert.equal(state, expected);
    };
    await knows('120.0 0 tiny,other');
    prompter.send('/test/tell', 'start');
    prompter.send('/test/tell', 'deck/1/load', 'tiny');
    prompter.send('/test/tell', 'bpm', 97);
    await until('the engine was told', () => done.length === 2 && store.get('bpm') === 97);
    assert.deepEqual(done, [['start'], ['deck/1/load', 'tiny']]);
    store.publish('playing', true);
    store.publish('deck/1/pack', 'tiny');
    prompter.send('/test/next-pack');
    await until('the next pack was asked for', () => done.length === 3);
    assert.deepEqual(done[2], ['deck/1/load', 'other']);
    await knows('97.0 1 tiny,other');
  });

  it('keeps a TempoClock on the engine’s beat, and lets go', async (context) => {
    const { output, sclang, prompter } = await stage(context);
    const start = monotonicClock.now() + 250_000;
    const microsPerBeat = 60_000_000 / 150;
    const clock = note(0, { kind: 'clock', owner: 0, data1: 0, data2: 0, durationBeats: 0, noteId: 0, microsPerBeat });
    for (let beat = 8; beat < 12; beat += 1) {
      const due = start + (beat - 8) * microsPerBeat;
      await until('the lead', () => monotonicClock.now() >= due - 200_000);
      output.send({ ...clock, beat }, due);
      output.flush();
    }
    prompter.send('/test/beat');
    const asked = monotonicClock.now();
    const [beat, tempo] = (await sclang.program.line('BEAT')).split(' ').map(Number);
    const expected = 8 + (asked - start) / microsPerBeat;
    assert.ok(Math.abs(beat - expected) < 0.05, `at beat ${beat} instead of ${expected}`);
    assert.ok(Math.abs(tempo * 60 - 150) < 8, `${tempo * 60} BPM`);
    prompter.send('/test/quit');
    await sclang.program.line('BYE');
    await within('its end', sclang.program.ended);
  });
});
