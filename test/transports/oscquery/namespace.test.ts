import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { nodeAt, type NamespaceNode } from '../../../src/transports/oscquery/namespace.js';

const store = new ParameterStore();
store.addDeck(1);
store.addDeck(2);

function leaves(node: NamespaceNode): readonly NamespaceNode[] {
  return node.CONTENTS ? Object.values(node.CONTENTS).flatMap(leaves) : [node];
}

describe('the namespace', () => {
  it('has every address of the table, once, and no other', () => {
    const tree = nodeAt(store, '/') as NamespaceNode;
    assert.deepEqual(leaves(tree).map(({ FULL_PATH }) => FULL_PATH).sort(), store.addresses().map((address) => `/continuo/${address}`).sort());
  });

  it('has in every node what the proposal asks for, in its shape', () => {
    const check = (node: NamespaceNode, path: string): void => {
      assert.equal(node.FULL_PATH, path);
      if (node.CONTENTS) {
        assert.equal(node.ACCESS, 0);
        for (const [name, below] of Object.entries(node.CONTENTS)) check(below, path === '/' ? `/${name}` : `${path}/${name}`);
        return;
      }
      assert.match(node.TYPE ?? '', /^([fisT]+|N)$/, path);
      assert.equal(typeof node.DESCRIPTION, 'string');
      assert.equal(node.VALUE === undefined, node.ACCESS === 2, path);
      for (const list of [node.VALUE, node.RANGE, node.UNIT, node.CLIPMODE]) if (list) assert.equal(list.length, node.TYPE?.length, path);
      for (const range of node.RANGE ?? []) assert.ok(range && Object.keys(range).every((key) => ['MIN', 'MAX', 'VALS'].includes(key)), path);
    };
    check(nodeAt(store, '/') as NamespaceNode, '/');
  });

  it('describes a value, a choice, a figure, a switch, a button and an action with an argument to spare', () => {
    const { DESCRIPTION, ...bpm } = nodeAt(store, '/continuo/bpm') as NamespaceNode;
    assert.match(DESCRIPTION ?? '', /^Tempo/);
    assert.deepEqual(bpm, {
      FULL_PATH: '/continuo/bpm', ACCESS: 3, TYPE: 'f', VALUE: [120], RANGE: [{ MIN: 20, MAX: 999 }], UNIT: ['beats per minute'], CLIPMODE: ['none'],
    });
    assert.deepEqual(nodeAt(store, '/continuo/swap-at')?.RANGE, [{ VALS: ['now', 'beat', 'bar', '2-bars', '4-bars', '8-bars'] }]);
    const shape = (path: string) => [nodeAt(store, path)?.ACCESS, nodeAt(store, path)?.TYPE, nodeAt(store, path)?.OVERLOADS];
    assert.deepEqual(shape('/continuo/deck/2/speed'), [1, 'f', undefined]);
    assert.deepEqual(shape('/continuo/deck/1/host-tempo'), [3, 'T', undefined]);
    assert.deepEqual(shape('/continuo/panic'), [2, 'N', undefined]);
    assert.deepEqual(shape('/continuo/deck/1/load'), [2, 's', [{ TYPE: 'ss' }]]);
  });

  it('is nothing where there is nothing', () => {
    for (const path of ['/continuo/nothing', '/other', '/continuo/deck/3', '', '/continuo/bpm/x']) assert.equal(nodeAt(store, path), undefined, path);
    assert.deepEqual(nodeAt(store, '/continuo/deck/'), nodeAt(store, '/continuo/deck'));
  });
});
