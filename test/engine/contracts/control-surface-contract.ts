import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ControlSurface } from '../../../src/engine/contracts/control-surface.js';
import { ContinuoError, errorCodes } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import type { ActionParameter, ParameterValue, ValueParameter } from '../../../src/engine/parameters/parameter.js';

/** A program that speaks the surface's wire. */
export interface SurfaceClient {
  /** Asks for a value; resolves with the answer. */
  read(address: string): Promise<ParameterValue>;
  /** Sets a value or triggers an action. */
  write(address: string, values: readonly ParameterValue[]): void;
  /** The next change that it is told of an address. */
  told(address: string): Promise<ParameterValue>;
  /** Sends something that is no message at all. */
  sendGarbage(): void;
  /** The code of the next error it is answered. */
  error(): Promise<number>;
}

export interface SurfaceHarness {
  readonly surface: ControlSurface;
  /** A client that is told every change. The surface is attached. */
  connect(): Promise<SurfaceClient>;
  dispose(): Promise<void>;
}

const origin = 'the other hand';

/** What every control surface must do, whatever its wire. */
export function controlSurfaceContract(name: string, open: () => Promise<SurfaceHarness>): void {
  describe(`${name} is a control surface`, () => {
    const store = new ParameterStore();
    const triggered: { readonly address: string; readonly values: readonly ParameterValue[]; readonly origin: string }[] = [];
    let harness: SurfaceHarness;
    let client: SurfaceClient;

    before(async () => {
      store.addDeck(1);
      store.addDeck(2);
      for (const address of actions(store)) {
        store.handle(address, (values, from) => {
          triggered.push({ address, values, origin: from });
        });
      }
      harness = await open();
      harness.surface.attach(store);
      client = await harness.connect();
    });
    after(() => harness.dispose());

    /** Resolves once everything sent before has been dealt with: wires keep the order of one client's messages. */
    const settled = (): Promise<ParameterValue> => client.read('bpm');

    it('reads every value of the table', async () => {
      for (const address of values(store)) assertSame(await client.read(address), store.get(address), address);
    });

    it('sets every value of the table that can be set, and tells of the change', async () => {
      for (const address of values(store)) {
        const entry = store.entry(address) as ValueParameter;
        if (entry.readOnly) continue;
        const wanted = anotherValue(entry, store.get(address));
        const told = client.told(address);
        client.write(address, [wanted]);
        assertSame(await told, wanted, address);
        assertSame(store.get(address), wanted, address);
      }
    });

    it('triggers every action of the table with its arguments, and says who it was', async () => {
      for (const address of actions(store)) {
        const sent = (store.entry(address) as ActionParameter).arguments.map((argument, index) => sample(argument.type, index));
        triggered.length = 0;
        client.write(address, sent);
        await settled();
        assert.equal(triggered.length, 1, address);
        assert.equal(triggered[0].address, address);
        triggered[0].values.forEach((value, index) => assertSame(value, sent[index], address));
        assert.ok(triggered[0].origin.startsWith(`${harness.surface.name}:`), triggered[0].origin);
      }
    });

    it('tells of a change made elsewhere', async () => {
      const told = client.told('deck/2/temperature');
      await store.write('deck/2/temperature', [1.25], origin);
      assertSame(await told, 1.25, 'deck/2/temperature');
    });

    it('answers an address that is not there with its number', async () => {
      client.write('deck/9/temperature', [1]);
      assert.equal(await client.error(), errorCodes.unknownAddress);
    });

    it('answers a value out of range, and one that can only be read, with its number', async () => {
      const before = store.get('bpm');
      client.write('bpm', [100_000]);
      assert.equal(await client.error(), errorCodes.badValue);
      client.write('playing', [true]);
      assert.equal(await client.error(), errorCodes.badValue);
      assert.equal(store.get('bpm'), before);
      assert.equal(store.get('playing'), false);
    });

    it('answers what an action throws, even late, with its number', async () => {
      store.handle('panic', async () => {
        await Promise.resolve();
        throw new ContinuoError('unknownPack', 'There is no such pack.');
      });
      client.write('panic', []);
      assert.equal(await client.error(), errorCodes.unknownPack);
      store.handle('panic', () => {
        throw new Error('an error without a number');
      });
      client.write('panic', []);
      assert.equal(await client.error(), errorCodes.badMessage);
    });

    it('answers garbage with its number, and goes on', async () => {
      client.sendGarbage();
      assert.equal(await client.error(), errorCodes.badMessage);
      assertSame(await client.read('bpm'), store.get('bpm'), 'bpm');
    });

    it('does nothing while detached, and everything once attached again', async () => {
      harness.surface.detach();
      await store.write('bpm', [61], origin);
      harness.surface.detach();
      harness.surface.attach(store);
      client = await harness.connect();
      const told = client.told('bpm');
      await store.write('bpm', [62], origin);
      assertSame(await told, 62, 'bpm');
    });
  });
}

function values(store: ParameterStore): readonly string[] {
  return store.addresses().filter((address) => store.entry(address).kind === 'value');
}

function actions(store: ParameterStore): readonly string[] {
  return store.addresses().filter((address) => store.entry(address).kind === 'action');
}

function anotherValue(entry: ValueParameter, present: ParameterValue): ParameterValue {
  const { minimum = 0, maximum = 1000 } = entry;
  switch (entry.type) {
    case 'boolean':
      return !present;
    case 'text':
      return `${present} und ärger`;
    case 'choice':
      return entry.choices?.find((choice) => choice !== present) ?? present;
    case 'integer':
      return present === maximum ? minimum : maximum;
    case 'float': {
      // Not every wire has 64 bits: a value that a 32-bit float holds exactly.
      const [quarter, half] = [0.25, 0.5].map((share) => Math.fround(minimum + (maximum - minimum) * share));
      return present === quarter || present === minimum ? half : quarter;
    }
  }
}

function sample(type: ActionParameter['arguments'][number]['type'], index: number): ParameterValue {
  switch (type) {
    case 'boolean':
      return true;
    case 'text':
      return `text ${index}`;
    case 'integer':
      return 7 + index;
    case 'float':
      return 0.5 + index;
  }
}

/** The same as far as a 32-bit float can say, and a wire that has no booleans says 1 and 0. */
function assertSame(actual: ParameterValue, expected: ParameterValue, address: string): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * 1e-6, `${address}: ${actual} is not ${expected}`);
  } else if (typeof expected === 'boolean') {
    assert.equal(Boolean(actual), expected, address);
  } else {
    assert.equal(actual, expected, address);
  }
}
