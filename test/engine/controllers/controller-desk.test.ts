import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ControllerDesk } from '../../../src/engine/controllers/controller-desk.js';
import { ControllerFile } from '../../../src/engine/controllers/controller-file.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { until } from '../../transports/support/within.js';
import { KnobBox } from './knob-box.js';

function placeFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-knobs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'knobs.json');
}

function stage(path: string) {
  const store = new ParameterStore();
  store.addDeck(1);
  store.addDeck(2);
  const done: (readonly [address: string, ...values: readonly ParameterValue[]])[] = [];
  for (const address of ['panic', 'deck/1/rethink', 'deck/2/rethink', 'deck/1/load']) {
    store.handle(address, (values) => {
      done.push([address, ...values]);
    });
  }
  const notices: string[] = [];
  store.onEvent((event) => event.type === 'notice' && notices.push(event.sentence));
  const desk = new ControllerDesk(store, new ControllerFile(path));
  const box = new KnobBox();
  desk.register(box);
  return { store, desk, box, done, notices };
}

const temperature = 'deck/1/temperature';

describe('the knobs of the table', () => {
  it('move a deck on the channel of its number', (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 20, 64, 127);
    box.turn(1, 20, 60, 0);
    assert.deepEqual([store.get(temperature), store.get('deck/2/temperature')], [2, 1]);
    box.turn(1, 20, 126, 0);
    assert.deepEqual([store.get(temperature), store.get('deck/2/temperature')], [2, 0]);
  });

  it('move a deck that comes later', (context) => {
    const { store, box } = stage(placeFor(context));
    const deck = store.addDeck(3);
    box.turn(2, 20, 64, 127);
    assert.equal(store.get('deck/3/temperature'), 2);
    deck.dispose();
    box.turn(2, 20, 0);
  });

  it('move the engine on every channel', (context) => {
    const { done, box } = stage(placeFor(context));
    box.turn(0, 119, 127, 0);
    box.turn(12, 119, 127, 0);
    assert.deepEqual(done, [['panic'], ['panic']]);
  });

  it('press a button once, whether or not it says that it was released', (context) => {
    const { done, box } = stage(placeFor(context));
    box.turn(0, 87, 127, 0, 127, 127, 0, 0);
    assert.equal(done.length, 3);
  });

  it('switch at once what has steps', (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 85, 127);
    assert.equal(store.get('deck/1/mute'), true);
    box.turn(5, 116, 0);
    assert.equal(store.get('swap-at'), 'now');
  });

  it('leave what nobody mapped alone, pedals and wheels among it', (context) => {
    const { store, box } = stage(placeFor(context));
    const before = store.addresses().flatMap((address) => (store.entry(address).kind === 'value' ? [store.get(address)] : []));
    for (const controller of [1, 7, 10, 11, 64, 66, 67, 71, 74, 91]) box.turn(0, controller, 0, 127);
    assert.deepEqual(store.addresses().flatMap((address) => (store.entry(address).kind === 'value' ? [store.get(address)] : [])), before);
  });
});

describe('pick-up', () => {
  it('keeps a value where it is until the knob comes to it or past it', (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 20, 10, 30, 50);
    assert.equal(store.get(temperature), 1);
    box.turn(0, 20, 70);
    assert.ok(Math.abs(store.number(temperature) - (2 * 70) / 127) < 1e-5);
    box.turn(0, 20, 0);
    assert.equal(store.get(temperature), 0);
  });

  it('begins anew when somebody else moves the value', async (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 20, 64, 100);
    await store.write(temperature, [0.2], 'another hand');
    box.turn(0, 20, 101, 102);
    assert.equal(store.get(temperature), 0.2);
    box.turn(0, 20, 5);
    assert.ok(store.number(temperature) < 0.1);
  });

  it('keeps hold of a value that is told of before it is set, as the tempo is, however fast the knob is turned', (context) => {
    const { store, box } = stage(placeFor(context));
    store.handle('bpm', ([bpm]) => store.publish('bpm', bpm));
    box.shown.length = 0;
    box.turn(0, 14, 58, 59, 62, 70, 82);
    const turned = store.number('bpm');
    assert.ok(turned > 200, `${turned}`);
    assert.deepEqual(box.shown, []);
  });

  it('keeps hold of a value that comes back rounded, as that of a host may', (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 14, 58, 59);
    for (const rounding of [0.004, -0.004]) {
      const before = store.number('bpm');
      store.publish('bpm', before + rounding);
      box.turn(0, 14, before < 150 ? 80 : 100);
      assert.ok(store.number('bpm') > before + 20, `${store.number('bpm')}`);
    }
  });

  it('begins anew for a knob where another of the same box moves the value', (context) => {
    const { store, desk, box } = stage(placeFor(context));
    desk.lend([21, 50].map((controller) => ({ controller, address: 'deck/1/density' })));
    box.turn(0, 21, 64, 70);
    box.turn(0, 50, 70, 90, 120);
    const moved = store.number('deck/1/density');
    box.turn(0, 21, 71);
    assert.equal(store.number('deck/1/density'), moved);
    box.turn(0, 50, 121);
    assert.ok(store.number('deck/1/density') > moved);
    box.turn(0, 21, 127);
    assert.equal(store.number('deck/1/density'), 1);
  });

  it('can be left: the value jumps to the knob', async (context) => {
    const { store, box } = stage(placeFor(context));
    await store.write('pick-up', [false], 'test');
    box.turn(0, 20, 127);
    assert.equal(store.get(temperature), 2);
  });
});

describe('a fine knob', () => {
  it('moves in 16,384 steps once it has said its fine half', async (context) => {
    const { store, box } = stage(placeFor(context));
    await store.write('pick-up', [false], 'test');
    for (const step of [0, 8191, 8192, 16383]) {
      box.turn(0, 20, step >> 7);
      box.turn(0, 52, step & 127);
      assert.ok(Math.abs(store.number(temperature) - (2 * step) / 16383) < 1e-5, `${step} ${store.number(temperature)}`);
    }
  });

  it('is none where a box has another knob in the place of its fine half: that moves nothing, and can be learned', async (context) => {
    const { store, box } = stage(placeFor(context));
    await store.write('pick-up', [false], 'test');
    box.turn(0, 52, 3);
    assert.equal(store.get(temperature), 1);
    box.turn(0, 20, 64);
    await store.write('learn', ['deck/1/gain'], 'test');
    box.turn(0, 52, 127);
    assert.equal(store.get('learned'), 'deck/1/gain box 1/52');
    assert.equal(store.get('deck/1/gain'), 2);
  });
});

describe('learning', () => {
  it('puts an address on the next knob that moves, tells so, and keeps it in a file that another engine reads', async (context) => {
    const path = placeFor(context);
    const { store, box, notices } = stage(path);
    await store.write('learn', ['bpm'], 'test');
    assert.equal(store.get('learning'), 'bpm');
    box.turn(3, 0, 1);
    box.turn(3, 74, 1);
    assert.equal(store.get('learning'), '');
    assert.equal(store.get('learned'), 'bpm box 4/74');
    assert.deepEqual(notices, ['Controller 74 on channel 4 of box moves bpm from now on.']);
    box.turn(3, 74, 127);
    assert.equal(store.get('bpm'), 999);
    await until('it is written', () => {
      try {
        return JSON.parse(readFileSync(path, 'utf8')).controllers.length === 1;
      } catch {
        return false;
      }
    });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { controllers: [{ source: 'box', channel: 4, controller: 74, address: 'bpm' }] });
    const again = stage(path);
    again.box.turn(3, 74, 0, 127);
    assert.equal(again.store.get('bpm'), 999);
  });

  it('knows a knob by its box: the same number elsewhere is another knob', async (context) => {
    const { store, box, desk } = stage(placeFor(context));
    const other = new KnobBox('other box');
    desk.register(other);
    await store.write('learn', ['bpm'], 'test');
    box.turn(0, 74, 0);
    other.turn(0, 74, 127);
    assert.equal(store.get('bpm'), 120);
    box.turn(0, 74, 127);
    assert.equal(store.get('bpm'), 999);
  });

  it('takes a knob away from what the table has on it, and gives it back', async (context) => {
    const { store, box } = stage(placeFor(context));
    await store.write('learn', ['deck/2/density'], 'test');
    box.turn(0, 20, 0, 127);
    assert.deepEqual([store.get('deck/2/density'), store.get(temperature)], [1, 1]);
    await store.write('unlearn', ['deck/2/density'], 'test');
    assert.equal(store.get('learned'), '');
    box.turn(0, 20, 0, 127);
    assert.equal(store.get(temperature), 2);
  });

  it('gives an action its arguments', async (context) => {
    const { store, box, done } = stage(placeFor(context));
    await store.write('learn', ['deck/1/load', 'perlin now'], 'test');
    box.turn(0, 50, 0, 127);
    assert.deepEqual(done, [['deck/1/load', 'perlin', 'now']]);
  });

  it('can be given up', async (context) => {
    const { store, box } = stage(placeFor(context));
    await store.write('learn', ['bpm'], 'test');
    await store.write('learn', [''], 'test');
    box.turn(0, 74, 0);
    assert.deepEqual([store.get('learning'), store.get('learned')], ['', '']);
  });

  it('refuses what no knob can move, and to forget what was not learned', async (context) => {
    const { store } = stage(placeFor(context));
    for (const [address, reason] of [['sync', /no range/], ['sent', /no range/], ['deck/1/load', /needs arguments/], ['nothing', /no parameter/]] as const) {
      await assert.rejects(store.write('learn', [address], 'test'), reason);
    }
    await assert.rejects(store.write('unlearn', ['bpm'], 'test'), /No knob was learned for bpm/);
    await assert.rejects(store.write('unlearn', [], 'test'), /No knob was learned/);
  });

  it('leaves a broken file as it is, says which line, and learns nothing', async (context) => {
    const path = placeFor(context);
    for (const [text, reason] of [['{\n  "controllers": [\n}', /line 3/], ['{"controllers":[{"controller":300,"address":"bpm"}]}', /controller/]] as const) {
      writeFileSync(path, text);
      const { desk, store, box } = stage(path);
      assert.ok(desk.fault instanceof ContinuoError);
      assert.match(desk.fault.message, reason);
      await assert.rejects(store.write('learn', ['bpm'], 'test'), reason);
      box.turn(0, 20, 64, 127);
      assert.equal(store.get(temperature), 2);
      assert.equal(readFileSync(path, 'utf8'), text);
    }
  });

  it('is told where the file cannot be written, and holds until the end', async (context) => {
    const { store, box } = stage(join(placeFor(context), 'not', 'there.json'));
    const errors: string[] = [];
    store.onEvent((event) => event.type === 'error' && errors.push(event.sentence));
    await store.write('learn', ['bpm'], 'test');
    box.turn(0, 74, 0, 127);
    assert.equal(store.get('bpm'), 999);
    await until('it is told', () => errors.length === 1);
    assert.match(errors[0], /cannot be written/);
  });
});

describe('lamps and motors', () => {
  it('show what is when a box comes, and every change that it did not make itself', async (context) => {
    const { store, box } = stage(placeFor(context));
    assert.ok(box.shown.some(([channel, controller, value]) => channel === 1 && controller === 20 && value === 64));
    box.shown.length = 0;
    await store.write('deck/2/temperature', [2], 'test');
    assert.deepEqual(box.shown, [[1, 20, 127]]);
    box.turn(1, 20, 127, 120);
    assert.equal(box.shown.length, 1);
  });

  it('show nothing for a deck that is not there, and all the same move it once it is', (context) => {
    const { store, desk, box } = stage(placeFor(context));
    box.shown.length = 0;
    desk.lend([{ controller: 21, address: 'deck/3/density' }]);
    box.turn(0, 21, 64, 127);
    assert.deepEqual(box.shown, []);
    store.addDeck(3);
    box.turn(0, 21, 64, 127);
    assert.equal(store.get('deck/3/density'), 1);
  });

  it('show what is when a box was away and is back, and its knobs are picked up anew', (context) => {
    const { store, box } = stage(placeFor(context));
    box.turn(0, 20, 64, 127);
    box.shown.length = 0;
    box.comeBack();
    assert.ok(box.shown.some(([channel, controller, value]) => channel === 0 && controller === 20 && value === 127));
    box.turn(0, 20, 10);
    assert.equal(store.get(temperature), 2);
    box.turn(0, 20, 127, 0);
    assert.equal(store.get(temperature), 0);
  });
});

describe('a set of controllers', () => {
  it('is heard until it is taken away, and its name is its own', (context) => {
    const { store, desk } = stage(placeFor(context));
    assert.throws(() => desk.register(new KnobBox()), /two sets of controllers called box/);
    const other = new KnobBox('other');
    const registration = desk.register(other);
    other.turn(0, 20, 64, 127);
    assert.equal(store.get(temperature), 2);
    registration.dispose();
    other.turn(0, 20, 0);
    assert.equal(store.get(temperature), 2);
    desk.register(new KnobBox('other'));
  });

  it('tells of the programs that are chosen', (context) => {
    const { desk, box } = stage(placeFor(context));
    const heard: unknown[] = [];
    const registration = desk.onProgram((...chosen) => heard.push(chosen));
    box.choose(2, 7);
    registration.dispose();
    box.choose(2, 8);
    assert.deepEqual(heard, [[2, 7, 'box']]);
  });
});
