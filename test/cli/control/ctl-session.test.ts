import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { session } from '../../../src/cli/control/ctl-session.js';
import { EngineConnection } from '../../../src/cli/control/engine-connection.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import { WebSocketTransport } from '../../../src/transports/websocket/websocket-transport.js';
import { until } from '../../transports/support/within.js';

/** A table behind a WebSocket whose loads are answered only when their bar has come; a session of commands with it. */
async function begin(context: TestContext, isTerminal: boolean) {
  const store = new ParameterStore();
  store.addDeck(1);
  const done: string[] = [];
  let comeToBar: () => void = () => undefined;
  const bar = new Promise<void>((resolve) => (comeToBar = resolve));
  store.handle('deck/1/load', async ([pack]) => {
    done.push(`load ${String(pack)}`);
    await bar;
    return [`${String(pack)} plays`];
  });
  store.handle('panic', () => void done.push('panic'));
  const transport = new WebSocketTransport({ options: websocketOptionsSchema.parse({ listen: { port: 0 } }), clock: monotonicClock, packs: () => [] });
  const { notices: [{ sentence }], controlSurfaces: [surface] } = await transport.open();
  surface.attach(store);
  const { engine, table } = await EngineConnection.open('127.0.0.1', Number(/:(\d+),/.exec(sentence)?.[1]));
  context.after(async () => {
    comeToBar();
    engine.close();
    surface.detach();
    await transport.close();
  });
  const input = new PassThrough();
  const screen = new PassThrough();
  let printed = '';
  screen.on('data', (text: Buffer) => (printed += stripVTControlCharacters(text.toString())));
  const ended = session({ engine, listings: table, json: false, write: (text) => void screen.write(text) }, input, isTerminal ? screen : undefined);
  return { store, done, comeToBar, input, ended, printed: () => printed };
}

describe('a session of commands', () => {
  it('sends what is typed on a terminal while others wait for their bar, and prints answers as they come', async (context) => {
    const { store, done, comeToBar, input, ended, printed } = await begin(context, true);
    input.write('invoke load perlin 8-bars\n');
    await until('the load has come', () => done.length === 1);
    input.write('set bpm 90\nget bpm\ninvoke panic\n');
    await until('the panic has come', () => done.length === 2);
    await until('the answer is printed', () => printed().includes('90\n'));
    assert.deepEqual([store.get('bpm'), printed().includes('plays')], [90, false]);
    comeToBar();
    await until('the first is answered, too', () => /perlin plays\ncontinuo> $/.test(printed()));
    input.write('quit\n');
    assert.equal(await ended, true);
  });

  it('ends on a terminal though something waits for its bar, which comes all the same', async (context) => {
    const { done, input, ended } = await begin(context, true);
    input.write('invoke load perlin 8-bars\nquit\n');
    assert.equal(await ended, true);
    assert.deepEqual(done, ['load perlin']);
  });

  it('keeps its order where it is a script', async (context) => {
    const { done, comeToBar, input, ended, printed } = await begin(context, false);
    input.end('invoke load perlin 8-bars\ninvoke panic\nget bpm\n');
    await until('the load has come', () => done.length === 1);
    await new Promise(setImmediate);
    assert.deepEqual(done, ['load perlin']);
    comeToBar();
    assert.equal(await ended, true);
    assert.deepEqual([done, printed()], [['load perlin', 'panic'], 'perlin plays\n120\n']);
  });
});
