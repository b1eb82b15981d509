import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';
import { table } from '../../src/cli/table.js';
import { runCli } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'continuo-lists-'));
const configuration = join(folder, 'continuo.json');
cpSync(join(repositoryRoot, 'test/fixtures/packs/tiny-lm'), join(folder, 'packs/tiny-lm'), { recursive: true });
cpSync(join(folder, 'packs/tiny-lm/pack.json'), join(folder, 'packs/no-weights/pack.json'));
mkdirSync(join(folder, 'mine'));
writeFileSync(
  join(folder, 'mine/index.mjs'),
  `export default { kind: 'composer', name: 'mine', summary: 'One of mine.', capabilities: ['weightless'],
     optionsSchema: { type: 'object', properties: { rate: { type: 'integer', default: 3 } } }, implementation: import.meta.url };`,
);
writeFileSync(configuration, JSON.stringify({ packFolders: ['packs', 'nowhere'], plugins: ['./mine/index.mjs', './none.mjs'] }));

after(() => rmSync(folder, { recursive: true }));

describe('continuo packs', () => {
  it('prints one JSON document on stdout, with the packs of the configuration', async () => {
    const { code, stdout, stderr } = await runCli('packs', '--config', configuration, '--json');
    const packs = JSON.parse(stdout) as { name: string; folder: string; fault?: string }[];
    const tiny = packs.find((pack) => pack.folder === join(folder, 'packs/tiny-lm'));
    assert.equal(tiny, undefined, 'the first folder by name keeps the name');
    assert.match(packs.find((pack) => pack.folder === join(folder, 'packs/no-weights'))?.fault ?? '', /step\.onnx is missing/);
    assert.ok(packs.some((pack) => pack.name === 'perlin') && packs.some((pack) => pack.name === 'mine'));
    assert.match(stderr, /none\.mjs is not there/);
    assert.match(stderr, /nowhere cannot be read/);
    assert.match(stderr, /tiny-lm .*is hidden by/);
    assert.equal(code, 0);
  });

  it('prints an aligned table for people, and a sentence for each fault', async () => {
    const { stdout, stderr } = await runCli('packs', '--config', configuration);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    assert.match(head, /^NAME +STATE +FAMILY +LICENCE +TITLE$/);
    const state = head.indexOf('STATE');
    assert.ok(rows.every((row) => /^(ready|fault) /.test(row.slice(state))), stdout);
    assert.match(stderr, /the pack tiny-lm is not complete: step\.onnx is missing; copy the pack again\n/);
  });
});

describe('continuo plugins', () => {
  it('prints one JSON document on stdout, with the schema of every plugin’s options', async () => {
    const { code, stdout } = await runCli('plugins', '--config', configuration, '--json');
    const plugins = JSON.parse(stdout) as { kind: string; name: string; builtIn: boolean; options: { properties: Record<string, { type: string; default: unknown }> } }[];
    const find = (name: string): (typeof plugins)[number] | undefined => plugins.find((plugin) => plugin.name === name);
    assert.equal(find('perlin')?.builtIn, true);
    assert.equal(find('mine')?.builtIn, false);
    assert.equal(find('mine')?.options.properties.rate.default, 3);
    for (const kind of ['tokenizer', 'model', 'composer', 'transport']) assert.ok(plugins.some((plugin) => plugin.kind === kind), kind);
    assert.equal(code, 0);
  });

  it('prints an aligned table for people', async () => {
    const { stdout } = await runCli('plugins');
    const [head, ...rows] = stdout.trimEnd().split('\n');
    assert.match(head, /^KIND +NAME +SUMMARY$/);
    for (const row of rows) assert.match(row, /^(tokenizer|model|composer|transport) +[a-z0-9-]+ +\S.*\.$/);
  });

  it('says what is wrong with a configuration and exits with 1', async () => {
    writeFileSync(join(folder, 'broken.json'), '{\n  "plugins": [\n}');
    const { code, stdout, stderr } = await runCli('plugins', '--config', join(folder, 'broken.json'), '--json');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /broken\.json is no JSON, line 3: /);
  });
});

describe('table', () => {
  it('aligns columns and leaves no space at the ends of lines', () => {
    assert.equal(table([['a', 'b', 'c'], ['long', '', 'x'], ['y']]), 'a     b  c\nlong     x\ny\n');
  });

  it('cuts lines to the width of the terminal', () => {
    assert.equal(table([['name', 'a long title']], 12), 'name  a lon…\n');
  });
});
