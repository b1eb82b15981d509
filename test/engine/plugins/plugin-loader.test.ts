import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadPlugins } from '../../../src/engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';

function descriptorText(name: string, more = ''): string {
  return `{ kind: 'composer', name: '${name}', summary: 'A test plugin.', capabilities: [],
    optionsSchema: { type: 'object', properties: { rate: { type: 'integer', minimum: 1, default: 4 } }, additionalProperties: false },
    implementation: new URL('./implementation.js', import.meta.url).href, ${more} }`;
}

describe('loadPlugins', () => {
  let folder = '';

  async function file(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }

  async function load(...names: string[]): Promise<{ names: string[]; faults: string[]; registry: PluginRegistry }> {
    const registry = new PluginRegistry();
    const { faults } = await loadPlugins(registry, names, join(folder, 'stage'));
    assert.ok(faults.every((fault) => fault.errorName === 'badPlugin'));
    return { names: registry.list().map((plugin) => plugin.name), faults: faults.map((fault) => fault.message), registry };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-plugins-'));
    await mkdir(join(folder, 'stage'));
  });

  after(() => rm(folder, { recursive: true }));

  it('loads a file by its path, counted from the configuration', async () => {
    await file('stage/one.mjs', `export default ${descriptorText('one')};`);
    assert.deepEqual((await load('./one.mjs')).names, ['one']);
  });

  it('loads a file by its absolute path and by its URL', async () => {
    await file('absolute.mjs', `export default ${descriptorText('absolute')};`);
    assert.deepEqual((await load(join(folder, 'absolute.mjs'))).names, ['absolute']);
    assert.deepEqual((await load(pathToFileURL(join(folder, 'absolute.mjs')).href)).names, ['absolute']);
  });

  it('loads every descriptor of an array', async () => {
    await file('stage/many.mjs', `export default [${descriptorText('first')}, ${descriptorText('second')}];`);
    assert.deepEqual((await load('./many.mjs')).names, ['first', 'second']);
  });

  it('turns a JSON Schema of options into one that validates and completes them', async () => {
    await file('stage/options.mjs', `export default ${descriptorText('with-options')};`);
    const schema = (await load('./options.mjs')).registry.get('composer', 'with-options').optionsSchema;
    assert.deepEqual(schema.parse({}), { rate: 4 });
    assert.equal(schema.safeParse({ rate: 0 }).success, false);
    assert.equal(schema.safeParse({ speed: 1 }).success, false);
  });

  for (const [title, manifest] of [
    ['an exports string', { exports: './entry.js' }],
    ['conditional exports', { exports: { '.': { require: './none.cjs', import: './entry.js' } } }],
    ['exports without a dot', { exports: { types: './none.d.ts', default: './entry.js' } }],
    ['main', { main: 'entry.js' }],
  ] as const) {
    it(`loads an installed package by its name, through ${title}`, async () => {
      const name = `continuo-plugin-${title.replaceAll(' ', '-')}`;
      await file(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }));
      await file(`node_modules/${name}/entry.js`, `export default ${descriptorText(name)};`);
      assert.deepEqual((await load(name)).names, [name]);
    });
  }

  it('loads a folder as the package it is', async () => {
    await file('stage/folder/package.json', JSON.stringify({ type: 'module' }));
    await file('stage/folder/index.js', `export default ${descriptorText('folder')};`);
    assert.deepEqual((await load('./folder')).names, ['folder']);
  });

  it('loads the others when one fails', async () => {
    await file('stage/good.mjs', `export default ${descriptorText('good')};`);
    const { names, faults } = await load('./missing.mjs', './good.mjs', 'continuo-plugin-nowhere');
    assert.deepEqual(names, ['good']);
    assert.match(faults[0], /\.\/missing\.mjs is not there/);
    assert.match(faults[1], /not installed; install it with npm install continuo-plugin-nowhere/);
  });

  it('says what is wrong with a module', async () => {
    await file('stage/throws.mjs', `throw new Error('no such device');`);
    await file('stage/syntax.mjs', `export default {`);
    await file('stage/nothing.mjs', `export const descriptor = ${descriptorText('nothing')};`);
    const { faults } = await load('./throws.mjs', './syntax.mjs', './nothing.mjs');
    assert.match(faults[0], /cannot be imported: no such device/);
    assert.match(faults[1], /syntax\.mjs cannot be imported/);
    assert.match(faults[2], /exports nothing by default/);
  });

  it('says what is wrong with a descriptor', async () => {
    await file('stage/kind.mjs', `export default ${descriptorText('kind', `kind: 'synth'`)};`);
    await file('stage/name.mjs', `export default ${descriptorText('Not Dashed')};`);
    await file('stage/schema.mjs', `export default ${descriptorText('schema', 'optionsSchema: 3')};`);
    await file('stage/path.mjs', `export default ${descriptorText('path', `implementation: './implementation.js'`)};`);
    const { names, faults } = await load('./kind.mjs', './name.mjs', './schema.mjs', './path.mjs');
    assert.deepEqual(names, []);
    assert.match(faults[0], /kind/);
    assert.match(faults[1], /name: must be dash-case/);
    assert.match(faults[2], /optionsSchema: must be a zod schema or a JSON Schema object/);
    assert.match(faults[3], /implementation: must be a file URL/);
  });

  it('refuses a name that is taken, and unloads what is disposed', async () => {
    await file('stage/taken.mjs', `export default ${descriptorText('taken')};`);
    const registry = new PluginRegistry();
    const { registrations } = await loadPlugins(registry, ['./taken.mjs'], join(folder, 'stage'));
    const again = await loadPlugins(registry, ['./taken.mjs'], join(folder, 'stage'));
    assert.match(again.faults[0].message, /already a composer plugin named taken/);
    registrations[0].dispose();
    assert.deepEqual(registry.list(), []);
  });
});
