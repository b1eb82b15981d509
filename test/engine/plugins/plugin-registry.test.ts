import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { PluginDescriptor, PluginKind } from '../../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';

function descriptorOf(kind: PluginKind, name: string): PluginDescriptor {
  return { kind, name, summary: 'A plugin.', capabilities: [], optionsSchema: z.object({}), implementation: 'file:///none.js' };
}

describe('PluginRegistry', () => {
  it('finds a plugin by kind and name', () => {
    const tokenizer = descriptorOf('tokenizer', 'same-name');
    const model = descriptorOf('model', 'same-name');
    const registry = new PluginRegistry([tokenizer, model]);
    assert.equal(registry.get('tokenizer', 'same-name'), tokenizer);
    assert.equal(registry.get('model', 'same-name'), model);
  });

  it('lists in order of kind, and within a kind in order of registration', () => {
    const registry = new PluginRegistry([
      descriptorOf('tokenizer', 'b'),
      descriptorOf('composer', 'z'),
      descriptorOf('tokenizer', 'a'),
    ]);
    assert.deepEqual(registry.list().map((plugin) => plugin.name), ['z', 'b', 'a']);
    assert.deepEqual(registry.list('tokenizer').map((plugin) => plugin.name), ['b', 'a']);
    assert.deepEqual(registry.list('model'), []);
  });

  it('says what there is when a name is unknown', () => {
    const registry = new PluginRegistry([descriptorOf('composer', 'one'), descriptorOf('composer', 'two')]);
    assert.throws(
      () => registry.get('composer', 'three'),
      (error) => error instanceof ContinuoError && error.errorName === 'unknownPlugin' && /one, two/.test(error.message),
    );
    assert.throws(() => registry.get('model', 'any'), /no model plugin is installed/);
  });

  it('refuses a second plugin of one kind and name', () => {
    const registry = new PluginRegistry([descriptorOf('model', 'taken')]);
    assert.throws(
      () => registry.register(descriptorOf('model', 'taken')),
      (error) => error instanceof ContinuoError && error.errorName === 'badPlugin',
    );
  });

  it('forgets a disposed registration once, and lets its name be taken again', () => {
    const registry = new PluginRegistry();
    const registration = registry.register(descriptorOf('model', 'passing'));
    registration.dispose();
    const again = descriptorOf('model', 'passing');
    registry.register(again);
    registration.dispose();
    assert.equal(registry.get('model', 'passing'), again);
  });

  it('tells listeners of every registration and removal until they are disposed', () => {
    const registry = new PluginRegistry();
    let calls = 0;
    const listening = registry.onChange(() => (calls += 1));
    const registration = registry.register(descriptorOf('model', 'one'));
    registration.dispose();
    listening.dispose();
    registry.register(descriptorOf('model', 'two'));
    assert.equal(calls, 2);
  });
});
