import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isSteerable, valueAt } from '../../src/engine/controllers/controller-scale.js';
import { errorCodes } from '../../src/engine/errors.js';
import type { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import type { Parameter, ParameterValue, ValueParameter } from '../../src/engine/parameters/parameter.js';
import { type MidiControllers } from '../../src/transports/midi/midi-controllers.js';
import { type QueryPeer } from '../transports/oscquery/support.js';
import { type OscPeer } from '../transports/support/osc-peer.js';
import { until } from '../transports/support/within.js';
import { type WebSocketPeer } from '../transports/support/websocket-peer.js';
import { openTableStage, type TableStage } from './table-stage.js';

/** A knob that nothing of the table has, on a channel that no deck has. */
const learnt = { channel: 11, controller: 119 };

describe('every entry of the table, listened to and learned', () => {
  let stage: TableStage;
  let store: ParameterStore;
  let knobs: MidiControllers;
  let control: OscPeer;
  let socket: WebSocketPeer;
  let query: QueryPeer;
  let entries: readonly (readonly [address: string, entry: Parameter])[];

  before(async () => {
    stage = await openTableStage(1);
    ({ store, knobs, control, socket, query } = stage);
    entries = store.addresses().map((address) => [address, store.entry(address)]);
  });
  after(() => stage.close());

  it('is told to who listens to it over OSC, WebSocket and OSCQuery, and to nobody who has stopped', async () => {
    for (const [address, entry] of entries) {
      if (entry.kind !== 'value') continue;
      const path = `/continuo/${address}`;
      const before = store.get(address);
      const other = marked(entry, before);
      control.send('/continuo/listen', address);
      await control.next(path);
      assert.equal((await socket.ask({ type: 'listen', to: [address] })).type, 'done');
      query.say('LISTEN', path);
      await query.get(`${path}?VALUE`);
      [control.heard, socket.heard, query.frames].forEach((box) => box.drain());
      store.publish(address, other, 'test');
      await control.heard.take(`${address} over OSC`, ({ address: told, values: [value] }) => told === path && isSame(value, other));
      await socket.next('value', ({ address: told, value }) => told === address && isSame(value, other));
      await query.frames.take(`${address} over OSCQuery`, ({ path: told, values: [value] }) => told === path && isSame(value, other));
      control.send('/continuo/unlisten', address);
      assert.equal((await socket.ask({ type: 'unlisten', to: [address] })).type, 'done');
      query.say('IGNORE', path);
      // What is asked for afterwards is answered after what was told before.
      await roundTrip();
      [control.heard, socket.heard, query.frames].forEach((box) => box.drain());
      store.publish(address, before, 'test');
      await roundTrip();
      assert.deepEqual(control.heard.drain().filter((message) => message.address === path), [], `${address} over OSC`);
      assert.deepEqual(query.frames.drain().filter((frame) => frame.path === path), [], `${address} over OSCQuery`);
    }
  });

  it('is put on a knob where one can move it, moves with it, and is taken off; else that is refused with a reason', async () => {
    await store.write('pick-up', [false], 'test');
    const turn = (value: number): void => knobs.receive(Uint8Array.of(0xb0 | learnt.channel, learnt.controller, value));
    let pressed = '';
    for (const [address, entry] of entries) {
      if (entry.kind === 'action' && !['learn', 'unlearn'].includes(address)) store.handle(address, () => void (pressed = address));
    }
    for (const [address, entry] of entries) {
      const words = entry.kind === 'action' ? entry.arguments.map(({ type }) => (type === 'text' ? 'word' : '1')) : [];
      if (['learn', 'unlearn'].includes(address)) continue;
      control.send('/continuo/learn', address, words.join(' '));
      if (!isSteerable(entry, words)) {
        assert.deepEqual([(await control.next('/continuo/error')).values[0], store.get('learning')], [errorCodes.badValue, ''], address);
        continue;
      }
      await until(`${address} waits for a knob`, () => store.get('learning') === address);
      turn(1);
      assert.equal(store.get('learning'), '');
      assert.ok(store.text('learned').startsWith(`${address} knobs ${learnt.channel + 1}/${learnt.controller}`), store.text('learned'));
      turn(0);
      if (entry.kind === 'action') {
        pressed = '';
        turn(127);
        await until(`${address} is pressed`, () => pressed === address);
      } else {
        const before = store.get(address);
        for (const [position, midi] of [[1, 127], [0, 0]] as const) {
          const wanted = valueAt(entry, position);
          if (await isRefused(address, wanted)) continue;
          await isRefused(address, valueAt(entry, 1 - position));
          turn(midi);
          await until(`${address} comes to ${String(wanted)}`, () => store.get(address) === wanted, 60_000);
        }
        await store.write(address, [before], 'test').catch(() => undefined);
      }
      await store.write('unlearn', [address], 'test');
      assert.equal(store.get('learned'), '');
    }
    await store.write('pick-up', [true], 'test');
  });

  async function roundTrip(): Promise<void> {
    control.send('/continuo/no-such-address', 1);
    await control.next('/continuo/error');
    await socket.ask({ type: 'ping' });
    query.send('/continuo/no-such-address', 1);
    await query.next('/continuo/error');
  }

  async function isRefused(address: string, value: ParameterValue): Promise<boolean> {
    return store.write(address, [value], 'test').then(() => false, () => true);
  }
});

/** A value of the entry's type that is not the present one, and which no figure comes to by itself. */
function marked(entry: ValueParameter, present: ParameterValue): ParameterValue {
  const { minimum = 0, maximum = 1000 } = entry;
  if (entry.type === 'boolean') return !present;
  if (entry.type === 'text') return 'marked';
  if (entry.type === 'choice') return entry.choices?.find((choice) => choice !== present) ?? present;
  if (entry.type === 'integer') return present === maximum ? maximum - 1 : maximum;
  return Math.fround(minimum + (maximum - minimum) * (present === 0.375 ? 0.625 : 0.375));
}

function isSame(told: unknown, value: ParameterValue): boolean {
  if (typeof value === 'number') return Math.abs(Number(told) - value) <= Math.abs(value) * 1e-6;
  return typeof value === 'boolean' ? Boolean(told) === value : told === value;
}
