import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Composer } from '../../src/engine/contracts/composer.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadInContainer } from '../../src/engine/plugins/load-in-container.js';
import { loadPlugins } from '../../src/engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { composerContract } from '../engine/contracts/composer-contract.js';

const registry = new PluginRegistry();
const { faults } = await loadPlugins(registry, ['./heartbeat/index.js'], join(repositoryRoot, 'docs', 'examples'));

async function make(): Promise<Composer> {
  const plugin = registry.get('composer', 'heartbeat');
  const container = await loadInContainer(plugin, { options: plugin.optionsSchema.parse({}), files: {} });
  return container.get<Composer>(Composer);
}

describe('the plugin in docs/write-a-plugin.md', () => {
  it('loads as it stands', () => assert.deepEqual(faults, []));
});
composerContract('the plugin in docs/write-a-plugin.md', make, { constraints: ['channels'] });
