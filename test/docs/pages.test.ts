import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfiguration, transportOptions } from '../../src/engine/configuration.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

const folders = ['.', 'docs', 'models', 'patches', 'src/plugins/models', 'src/plugins/tokenizers', 'src/transports', 'training', 'bench'];
const pages = folders.flatMap((folder) => {
  const path = join(repositoryRoot, folder);
  if (!existsSync(path)) return [];
  const deeper = folder === '.' || folder === 'docs' ? [] : readdirSync(path).map((name) => join(path, name, 'README.md'));
  return [...readdirSync(path).filter((name) => name.endsWith('.md')).map((name) => join(path, name)), ...deeper.filter(existsSync)];
});

function nameOf(page: string): string {
  return relative(repositoryRoot, page);
}

describe('the pages', () => {
  for (const page of pages) {
    it(`${nameOf(page)} links and shows only what is there`, () => {
      const targets = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|src="([^"]+)"/g)].map((match) => match[1] ?? match[2]);
      const local = targets.filter((target) => !/^[a-z]+:/.test(target));
      assert.deepEqual(local.filter((target) => !existsSync(join(dirname(page), target))), []);
    });
  }

  const registry = new PluginRegistry(builtInPlugins);
  for (const page of pages.filter((path) => nameOf(path).startsWith('docs'))) {
    const blocks = [...readFileSync(page, 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]);
    for (const [index, block] of blocks.entries()) {
      it(`${nameOf(page)} shows a configuration that is right (${index + 1})`, () => {
        const folder = mkdtempSync(join(tmpdir(), 'continuo-page-'));
        try {
          writeFileSync(join(folder, 'stage.json'), block);
          transportOptions(loadConfiguration(join(folder, 'stage.json')), registry);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  }
});
